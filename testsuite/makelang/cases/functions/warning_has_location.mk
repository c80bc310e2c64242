$(warning first)

x = $(warning inside)
$(x)
all:
	@echo one
	@echo two $(warning in recipe)
