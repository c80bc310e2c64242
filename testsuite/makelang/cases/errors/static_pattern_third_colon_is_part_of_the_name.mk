# args: a.o
all: ; @:
a.o: %.o: %.c: %.d ; @echo $@ $^
a.c: ; @:
a.d: ; @:
