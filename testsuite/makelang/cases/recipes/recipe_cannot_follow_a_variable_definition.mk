all:
v = x
	@echo $(v)
