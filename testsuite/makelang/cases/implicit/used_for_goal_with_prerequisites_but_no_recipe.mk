# file: all.c|x
CC = echo cc
all: a.o
a.o: ; @echo a.o
