all: c a b ; @echo $^
a b c: ; @echo $@
