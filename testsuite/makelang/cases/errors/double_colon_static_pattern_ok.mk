all: a.o b.o ; @:
a.o b.o:: %.o: %.c ; @echo $@ $<
a.c b.c: ; @:
