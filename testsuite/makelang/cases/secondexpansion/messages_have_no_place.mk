# args: a
# args: p1
# args: e
# args: --warn-undefined-variables q
.SECONDEXPANSION:
a: $$(warning of $$@)
p%: $$(warning of $$@)
q: $$(undefined)
$(MAKECMDGOALS) e: $$(if $$(filter e,$$(MAKECMDGOALS)),$$(error of $$@))
