# args: -j4
.NOTPARALLEL:
all: a b c ; @echo all
a: ; @sleep 0.05; echo a
b: ; @sleep 0.02; echo b
c: ; @echo c
