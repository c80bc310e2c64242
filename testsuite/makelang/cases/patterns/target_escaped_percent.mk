all: a%b.x
a\%%.x: ; @echo '$@' '$*'
