$(info $(shell x=1; echo $$x $${x}2))
all: ; @:
