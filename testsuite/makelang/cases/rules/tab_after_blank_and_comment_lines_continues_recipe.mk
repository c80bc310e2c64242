all:
	@echo one

# comment at the margin
	# comment for the shell
	@echo two
  # indented comment

	@echo three
