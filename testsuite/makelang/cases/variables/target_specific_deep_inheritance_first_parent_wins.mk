all: a b
a: v = from-a
b: v = from-b
a b: shared ; @echo $@ $(v)
shared: ; @echo shared $(v)
