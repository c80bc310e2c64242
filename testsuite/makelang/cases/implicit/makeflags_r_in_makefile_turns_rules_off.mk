# file: a.c|x
# args: a.o
MAKEFLAGS += -r
CC = echo
all: ; @:
