# args: -r
lib: lib.a(a.o) ; @:
