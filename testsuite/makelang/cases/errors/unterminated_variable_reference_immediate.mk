all: ; @:
v := a $(abc
