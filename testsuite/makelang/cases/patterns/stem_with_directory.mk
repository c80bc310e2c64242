all: dir/lib.x
%.x: %.y ; @echo $@ $< $* $(*D) $(*F)
dir/lib.y: ; @echo $@
