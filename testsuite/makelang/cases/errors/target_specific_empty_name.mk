all: = x
all: ; @:
