%.x: v = one
%.x: v = two
all: a.x
a.x: ; @echo $(v)
