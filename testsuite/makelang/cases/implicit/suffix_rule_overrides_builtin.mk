# file: a.c|x
.c.o: ; @echo mine $< $@
all: a.o
