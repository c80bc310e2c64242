lib.a(x.o): x.c ; @echo $@ $% $<
x.c: ; @:
