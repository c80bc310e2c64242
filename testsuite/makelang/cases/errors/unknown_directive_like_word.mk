all: ; @:
ifeqq (a,b)
