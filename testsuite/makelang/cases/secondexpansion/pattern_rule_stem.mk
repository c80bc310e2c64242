.SECONDEXPANSION:
all: a.x sub/b.x ; @:
%.x: $$(addsuffix .y,$$*) $$(@D) ; @echo $@ $^ stem $*
a.y b.y sub/b.y: ; @:
. sub: ; @:
