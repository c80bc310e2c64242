all: v = from-all
v = global
all: one ; @echo $@ $(v)
one: two ; @echo $@ $(v)
two: ; @echo $@ $(v)
