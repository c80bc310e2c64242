# file: a.c|x
CC = echo cc
all: a.o a.c ; @echo $^
