v = x

this is no rule
all: ; @:
