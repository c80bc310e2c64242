$(info $(call sort,b a) $(call patsubst,%.c,%.o,x.c))
all: ; @:
