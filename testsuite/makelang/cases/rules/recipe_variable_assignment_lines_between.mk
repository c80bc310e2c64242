all:
	@echo $(v)
v = late
other: ; @echo other
