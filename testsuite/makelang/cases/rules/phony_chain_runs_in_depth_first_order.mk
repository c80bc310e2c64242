.PHONY: all a b c d
all: a b ; @echo all
a: c d ; @echo a
b: d ; @echo b
c d: ; @echo $@
