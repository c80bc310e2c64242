all: d/x.o ; @:
%.o: %.c common.h ; @echo $@ $^
d/x.c common.h: ; @:
