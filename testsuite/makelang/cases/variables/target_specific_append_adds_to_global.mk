v = global
all: v += more
all: one ; @echo $@ $(v)
one: v += deep
one: ; @echo $@ $(v)
