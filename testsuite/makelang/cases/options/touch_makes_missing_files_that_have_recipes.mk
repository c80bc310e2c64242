# args: -t
all: one
one: ; @echo never
