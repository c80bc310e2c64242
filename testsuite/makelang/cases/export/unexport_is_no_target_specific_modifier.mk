export v = x
all: one two
one: unexport v = hidden
one two: ; @echo $@ [$$v]
