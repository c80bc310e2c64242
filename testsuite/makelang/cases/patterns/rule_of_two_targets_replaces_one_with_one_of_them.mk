# setup: touch a.in
# args: a.x
# args: a.y
# The rule without a recipe takes the place of the first, and cancels it; what is left is no rule at all for a.x.
%.x: %.in
	@echo first $@
%.x %.y: %.in
