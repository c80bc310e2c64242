v = x$(v)
all:
	@echo one
	@echo $(v)
