all: ; @:
a b &: dep
dep:
