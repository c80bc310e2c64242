$(info [$(patsubst %.c,%.o,  a.c   b.c  )])
all: ; @:
