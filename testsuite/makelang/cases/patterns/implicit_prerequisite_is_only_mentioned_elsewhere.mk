# args: a.x
%.x: %.y ; @echo $@ $<
other: a.y
