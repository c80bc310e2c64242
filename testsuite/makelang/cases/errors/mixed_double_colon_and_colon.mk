all: ; @:
one:: ; @:
one: ; @:
