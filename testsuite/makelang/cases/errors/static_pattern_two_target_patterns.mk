all: ; @:
a.o: %.o %.x: %.c ; @:
