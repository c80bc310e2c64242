# args: nothing/here
all: ; @:
