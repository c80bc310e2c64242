$(info $(patsubst %.%,%_%,a.% b.c))
all: ; @:
