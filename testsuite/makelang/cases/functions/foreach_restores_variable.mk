x = before
y := $(foreach x,a b,$(x))
$(info $(y) $(x) $(origin x) $(foreach z,1,$(origin z) $(flavor z)) $(origin z))
all: ; @:
