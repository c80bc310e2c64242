# file: a.c|x
# args: a.o
CC = echo
%.o: %.c
