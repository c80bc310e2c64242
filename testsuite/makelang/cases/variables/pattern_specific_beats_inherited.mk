all: v = inherited
%.x: v = pattern
all: a.x b.y
a.x b.y: ; @echo $@ $(v)
