# args: v=cmd
%.x: override v = mine
all: a.x b.y ; @:
a.x b.y: ; @echo $@ $(v)
