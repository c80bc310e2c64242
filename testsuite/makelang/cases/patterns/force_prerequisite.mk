all: d/x.o ; @:
d/%.o: %.c FORCE ; @echo $@ $< $(filter-out FORCE,$^)
x.c: ; @:
FORCE:
