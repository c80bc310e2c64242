assert = $(if $(1),,$(error assertion failed: $(2)))
$(call assert,x,fine)
all: ; @:
$(call assert,$(filter a,b),a is not in b)
