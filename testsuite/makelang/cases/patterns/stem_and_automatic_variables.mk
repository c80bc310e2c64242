all: lib.x ; @:
%.x: %.in ; @echo $@ $< $*
%.in: ; @echo $@ $*
