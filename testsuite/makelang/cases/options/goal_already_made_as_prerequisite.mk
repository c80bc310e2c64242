# args: all one
all: one ; @echo all
one: ; @echo one
