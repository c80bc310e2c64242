all:
	-no-such-command-here
	@echo goes on
