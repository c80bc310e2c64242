all: ; @:
$(error a, "b", 'c' and $(sort d c))
