$(info [$(filter %.c %.s,foo.c bar.c baz.s ugh.h)] [$(filter b a,a b c a)])
all: ; @:
