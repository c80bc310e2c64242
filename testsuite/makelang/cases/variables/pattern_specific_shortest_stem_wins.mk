%.x: v = long
lib%.x: v = short
all: liba.x b.x
liba.x b.x: ; @echo $@ $(v)
