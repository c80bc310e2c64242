# args: -j1
all: a b c
a: ; @sleep 0.03; echo a
b: ; @sleep 0.01; echo b
c: ; @echo c
