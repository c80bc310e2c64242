n = src
src = a.c b.c
$(info $($(n):.c=.o) $($(n):%=d/%))
all: ; @:
