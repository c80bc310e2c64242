# args: -C nowhere
all: ; @:
