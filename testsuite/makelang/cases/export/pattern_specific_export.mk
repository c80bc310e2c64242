%.x: export v = pattern
all: a.x a.y
a.x a.y: ; @echo $@ [$$v]
