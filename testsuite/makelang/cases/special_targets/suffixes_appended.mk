# file: a.in|x
.SUFFIXES: .in .o
.in.o: ; @echo mine
all: a.o ; @:
$(info $(SUFFIXES))
