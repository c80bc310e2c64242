a = before
all:
	@echo $(a)$(eval a = after)
	@echo $(a)
