all: a.x b.x
%.x: common ; @echo $@ $<
common: ; @echo common
