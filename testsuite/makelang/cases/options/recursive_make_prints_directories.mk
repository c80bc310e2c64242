# file: sub/Makefile|all: ; @echo in sub
all:
	@$(MAKE) -C sub
	@cd sub && $(MAKE)
