# setup: touch a.in
# args: a.x
%.x %.x: %.in
	@echo first $@
%.x: %.in
	@echo second $@
