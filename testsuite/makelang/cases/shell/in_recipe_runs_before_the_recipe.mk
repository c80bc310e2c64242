all:
	@echo recipe
	@echo $(shell echo shell >&2)
