all: a.o b.o ; @:
a.o: %.o: %.special ; @echo special $<
%.o: %.c ; @echo normal $<
a.special a.c b.c: ; @:
