# args: .x
%.x: ; @echo never
