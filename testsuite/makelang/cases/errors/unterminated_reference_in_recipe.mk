all:
	@echo $(abc
