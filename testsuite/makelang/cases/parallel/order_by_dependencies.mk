# args: -j4
all: d ; @echo all
d: c ; @echo d
c: b ; @sleep 0.02; echo c
b: a ; @echo b
a: ; @sleep 0.02; echo a
