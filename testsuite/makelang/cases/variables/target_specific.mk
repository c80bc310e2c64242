v = global
all: one two
one: v = first
one two: ; @echo $@ $(v)
