s = a.c b.c
$(info $(s:%.c=x) $(s:.c=%.o) $(s:a%=b%))
all: ; @:
