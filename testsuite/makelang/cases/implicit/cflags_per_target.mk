# file: a.c|x
# file: b.c|x
CC = echo cc
a.o: CFLAGS = -special
all: a.o b.o
