# setup: touch a.x b.x
all: *.x ; @echo $^
a.x: ; @echo never
