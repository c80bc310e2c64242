map = $(foreach a,$(2),$(call $(1),$(a)))
dbl = $(1)$(1)
$(info $(call map,dbl,x y) $(call map,origin,CC map nothing))
all: ; @:
