# file: sub/Makefile|all: ; @exit 3
all:
	@$(MAKE) -C sub
	@echo not reached
