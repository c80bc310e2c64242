# setup: mkdir -p d/e && touch b.c a.c x.h d/z.c d/e/y.c
$(info [$(wildcard *.c)] [$(wildcard *.h *.c)] [$(wildcard d/*)] [$(wildcard nothing* a.c none)] [$(wildcard */*.c)])
all: ; @:
