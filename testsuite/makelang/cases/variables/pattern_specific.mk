v = global
%.x: v = pattern
all: a.x b.y
a.x b.y: ; @echo $@ $(v)
