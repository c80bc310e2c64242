# args: -B
all: a b
a: ; @echo a
b: a ; @echo b
