all: one # two
	@echo $^
one: # nothing
	@echo one
