# setup: mkdir d; touch d/x.src
all: d/x.out ; @:
%.mid: %.src ; @echo $@ $<; touch $@
d/%.out: d/%.mid ; @echo $@ $<
.SECONDARY:
