$(info $(foreach x,a b,$(foreach y,1 2,$(x)$(y))))
$(info $(foreach x,a b,$(foreach x,1 2,$(x))-$(x)))
all: ; @:
