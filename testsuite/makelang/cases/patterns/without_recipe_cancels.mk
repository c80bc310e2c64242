# args: a.x
%.x: %.y ; @echo never
%.x: %.y
a.y: ; @:
