# file: a.c|x
# args: a.o
.SUFFIXES:
.c.o: ; @echo never
