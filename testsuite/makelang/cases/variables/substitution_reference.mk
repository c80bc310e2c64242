src = a.c b.c c.h
$(info $(src:.c=.o) $(src:%.c=obj/%.o) $(src:c=X))
all: ; @:
