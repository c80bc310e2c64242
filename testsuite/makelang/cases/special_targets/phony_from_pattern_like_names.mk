.PHONY: %.x
all: a.x ; @:
%.x: ; @echo $@
