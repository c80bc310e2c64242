all: ; @:
one: ; @:
one:: ; @:
