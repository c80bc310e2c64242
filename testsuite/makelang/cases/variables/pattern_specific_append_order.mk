v = global
%.x: v += pattern
lib%.x: v += longer
liba.x: v += target
all: liba.x b.x
liba.x b.x: ; @echo $@ $(v)
