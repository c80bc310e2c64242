all: ; @:
a.o: : %.c
