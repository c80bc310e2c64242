all: out/a.o out/sub/b.o
out/%.o: src/%.c ; @echo $@ $< $*
src/a.c src/sub/b.c: ; @:
