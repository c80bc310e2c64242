# args: -i
all: one ; @echo all
one:
	false
	@echo goes on
