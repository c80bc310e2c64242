# args: a.x
%.x: %.x.x ; @echo never
