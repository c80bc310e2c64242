all: d/sub/x.o ; @:
d/%.o: s/%.c ; @echo $@ $< $*
s/sub/x.c: ; @:
