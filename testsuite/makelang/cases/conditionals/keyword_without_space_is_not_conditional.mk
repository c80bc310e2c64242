ifeq(a,a)
all: ; @:
