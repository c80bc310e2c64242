exts = %.c %.h
$(info $(filter $(exts),a.c b.h c.o))
all: ; @:
