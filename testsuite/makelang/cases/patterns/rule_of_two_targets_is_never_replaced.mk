# setup: touch a.in
# args: a.x
# args: a.y
# The same two targets again do not cancel the rule that has both.
%.x %.y: %.in
	@echo first $@
%.x %.y: %.in
