all: ; @:
override
