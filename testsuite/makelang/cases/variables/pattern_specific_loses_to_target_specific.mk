a.x: v = target
%.x: v = pattern
all: a.x b.x
a.x b.x: ; @echo $@ $(v)
