# args: -f nothing.mk
all: ; @:
