all: a.x
%.x: %.y ; @echo first
%.x: %.y ; @echo second
a.y: ; @:
