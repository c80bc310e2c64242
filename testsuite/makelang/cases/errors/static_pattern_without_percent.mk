all: ; @:
a.o: b.o: %.c ; @:
