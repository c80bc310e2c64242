all: a.x ; @echo $^
a.x: ; @echo explicit
%.x: ; @echo pattern
