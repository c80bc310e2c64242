# file: a.c|x
CC = echo
a.o: ;
all: a.o ; @echo done
.DEFAULT_GOAL = all
