	@echo no target yet
all: ; @:
