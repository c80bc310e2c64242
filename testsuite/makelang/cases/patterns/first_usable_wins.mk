all: a.x
%.x: %.one ; @echo one
%.x: %.two ; @echo two
a.one a.two: ; @:
