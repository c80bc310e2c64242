all:
	-false
	-@exit 3
	@echo goes on
