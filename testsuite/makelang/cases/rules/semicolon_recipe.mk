all: one ; @echo all
	@echo more
one:; @echo one
