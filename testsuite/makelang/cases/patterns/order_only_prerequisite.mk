all: a.x
%.x: %.y | dir ; @echo $@ [$^] [$|]
a.y dir: ; @echo $@
