all:
	@echo one
	@echo two

	@echo $(warning here) three
