# args: -j3
# file: sub.mk|all: $(n)a $(n)b $(n)c
# file: sub.mk|$(n)a $(n)b $(n)c: ; @mkdir running.$@; ls | grep -c '^running' >> counts; sleep 0.03; rmdir running.$@
all: one two ; @test `sort -rn counts | head -1` -le 3 && wc -l < counts | tr -d ' '; rm counts
one two: ; @$(MAKE) --no-print-directory -f sub.mk n=$@
