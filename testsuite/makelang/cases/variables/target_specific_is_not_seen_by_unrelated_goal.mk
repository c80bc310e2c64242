# args: all other
# args: other all
all: v = mine
v = global
all: shared ; @echo $@ $(v)
other: shared ; @echo $@ $(v)
shared: ; @echo $@ $(v)
