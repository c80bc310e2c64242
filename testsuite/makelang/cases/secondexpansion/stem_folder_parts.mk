.SECONDEXPANSION:
all: d/x.o ; @:
%.o: $$(*D)/$$(*F).c $$(<D) ; @echo $@ $^ [$(*D)] [$(*F)]
d/x.c: ; @:
d: ; @:
