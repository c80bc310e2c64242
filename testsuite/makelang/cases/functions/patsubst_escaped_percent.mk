$(info $(patsubst \%a,b%,%a xa) $(patsubst %.c,\%%.o,a.c) $(patsubst \\%x,y%,\ax))
all: ; @:
