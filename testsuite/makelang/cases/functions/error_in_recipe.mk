all: one
	@echo not reached
	$(error from $@)
one: ; @echo one
