# file: prog.c|x
# args: prog
.PHONY: prog
CC = echo cc
