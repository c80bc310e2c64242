# file: a.c|x
CC = echo cc
a.o: a.h
a.h: ; @echo header
