# args: a.x
%.x: %.y %.z ; @echo both
%.x: %.y ; @echo only y
a.y: ; @:
