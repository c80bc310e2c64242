all: lib.a(a.o b.o)
lib.a(a.o) lib.a(b.o): ; @echo $@ $%
