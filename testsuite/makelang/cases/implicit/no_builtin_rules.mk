# file: a.c|x
# args: -r a.o
CC = echo
all: ; @:
