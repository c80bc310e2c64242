all:
	@echo one
	@exit 3
	@echo not reached
