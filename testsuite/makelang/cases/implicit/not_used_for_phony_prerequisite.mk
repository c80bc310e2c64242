# file: all.c|x
CC = echo cc
all: sub ; @echo all
.PHONY: all sub
sub: ; @echo sub
