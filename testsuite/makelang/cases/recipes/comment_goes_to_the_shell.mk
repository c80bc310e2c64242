all:
	# shown and run
	@# hidden
	@echo done # comment of the shell
