lib%.x: v = short
%.x: v = long
all: liba.x b.x
liba.x b.x: ; @echo $@ $(v)
