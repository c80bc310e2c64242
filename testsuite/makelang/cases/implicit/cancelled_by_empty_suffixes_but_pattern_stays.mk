# file: a.c|x
# args: a.o
CC = echo cc
.SUFFIXES:
%.o: %.c ; @echo mine $<
