f = $(1)1 $(1)2
$(info $(foreach x,$(call f,a) $(call f,b),$(x)-$(words $(call f,$(x)))))
all: ; @:
