# args: a
# args: b
# args: p1
# args: e
# args: --warn-undefined-variables q
.SECONDEXPANSION:
a: $$(warning of $$@)
b: $$(warning of $$@)
	@echo $@
p%: $$(warning of $$@)
q: $$(undefined)
$(MAKECMDGOALS) e: $$(if $$(filter e,$$(MAKECMDGOALS)),$$(error of $$@))
