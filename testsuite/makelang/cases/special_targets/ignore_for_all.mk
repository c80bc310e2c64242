.IGNORE:
all: one ; @echo all
one:
	false
	@echo one goes on
