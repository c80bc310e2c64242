# args: thing
all: ; @:
