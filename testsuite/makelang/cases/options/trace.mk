# args: --trace
all: one ; @echo all
one: ; @echo one
