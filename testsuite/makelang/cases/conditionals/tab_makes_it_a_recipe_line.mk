all:
	ifeq (a,a)
	@echo two
