$(info $(patsubst foo,bar,foo foofoo foo) $(patsubst %.c,all,a.c b.h))
all: ; @:
