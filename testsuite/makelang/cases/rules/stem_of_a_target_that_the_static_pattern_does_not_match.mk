all: x1.o sub/y1.o
x1.o sub/y1.o: x%.o: x%.c
	@echo '$@ $* $<'
x1.c: ; @:
