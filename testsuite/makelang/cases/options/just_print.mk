# args: -n
all: one
	@echo quiet
	echo loud
one: ; touch one
