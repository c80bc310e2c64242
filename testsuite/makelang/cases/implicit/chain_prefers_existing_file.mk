# setup: touch a.y a.z
all: a.x
%.x: %.w ; @echo from w
%.x: %.y ; @echo from y
%.w: %.z ; @echo w from z
