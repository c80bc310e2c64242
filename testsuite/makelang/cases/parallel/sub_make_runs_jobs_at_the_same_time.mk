# args: -j2
# file: sub.mk|all: a b ; @echo both
# file: sub.mk|a: ; @mkfifo pipe 2>/dev/null; echo hello > pipe
# file: sub.mk|b: ; @while ! test -p pipe; do sleep 0.01; done; read x < pipe; echo got $$x
all: ; @$(MAKE) --no-print-directory -f sub.mk
