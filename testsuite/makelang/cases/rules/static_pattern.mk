objs = a.o sub/b.o
all: $(objs)
$(objs): %.o: %.c
	@echo $@ from $< stem $*
a.c sub/b.c: ; @echo $@
