# file: a.c|x
CC = false
all: a.o
