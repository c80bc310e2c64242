# args: nothing
all: ; @:
