$(info $(patsubst %.c,%.o,x.c.c bar.c baz.h) [$(patsubst %,x%y,a b)])
all: ; @:
