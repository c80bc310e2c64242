list = $$(x) b
$(info $(foreach v,$(list),$(v)))
all: ; @:
