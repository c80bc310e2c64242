$(nothing) = x
all: ; @:
