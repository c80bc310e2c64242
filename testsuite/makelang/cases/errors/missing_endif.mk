ifeq (a,a)
all: ; @:
