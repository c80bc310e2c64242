all:
	@
	-
	@echo done
