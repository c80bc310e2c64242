# args: -j2 -Otarget
all: a b ; @echo all
a: ; @echo a1; echo a2
b: a ; @echo b1; echo b2
