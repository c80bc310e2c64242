all: one one two one ; @echo $^ / $+
one two: ; @echo $@
