# args: -j2
all: a b ; @echo both
a: ; @mkfifo pipe 2>/dev/null; echo hello > pipe
b: ; @while ! test -p pipe; do sleep 0.01; done; read x < pipe; echo got $$x
