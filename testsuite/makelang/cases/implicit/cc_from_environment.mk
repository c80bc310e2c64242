# env: CC=echo envcc
# file: a.c|x
all: a.o
