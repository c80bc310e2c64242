%: v = every
all: a ; @echo $@ $(v)
a: ; @echo $@ $(v)
