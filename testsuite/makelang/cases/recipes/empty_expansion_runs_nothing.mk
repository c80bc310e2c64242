all:
	$(nothing)
	@$(nothing)
	@echo done
