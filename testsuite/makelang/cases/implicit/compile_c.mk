# file: a.c|x
CC = echo cc
CFLAGS = -O9
CPPFLAGS = -Dx
all: a.o
