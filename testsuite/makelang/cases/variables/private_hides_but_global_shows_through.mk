v = global
all: private v = mine
all: one ; @echo $@ $(v)
one: ; @echo $@ $(v)
