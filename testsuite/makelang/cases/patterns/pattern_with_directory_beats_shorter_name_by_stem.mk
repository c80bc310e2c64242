all: out/a.o ; @:
%.o: ; @echo general $*
out/%.o: ; @echo in out $*
