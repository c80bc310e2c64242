all: a.o
a.o: a.c missing.h ; @:
a.c: ; @:
