= x
all: ; @:
