all:
	$(nothing)
