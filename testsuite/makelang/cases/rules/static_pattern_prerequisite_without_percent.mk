a.x b.x: %.x: same ; @echo $@ $< $*
all: a.x b.x
same: ; @:
.DEFAULT_GOAL = all
