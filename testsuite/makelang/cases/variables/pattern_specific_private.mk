%.x: private v = mine
v = global
all: a.x ; @:
a.x: sub ; @echo $@ $(v)
sub: ; @echo $@ $(v)
