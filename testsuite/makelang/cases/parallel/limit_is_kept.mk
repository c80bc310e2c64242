# args: -j2
all: a b c d e f ; @test `sort -rn counts | head -1` -le 2 && wc -l < counts | tr -d ' '; rm counts
a b c d e f:
	@mkdir running.$@; ls | grep -c '^running' >> counts; sleep 0.03; rmdir running.$@
