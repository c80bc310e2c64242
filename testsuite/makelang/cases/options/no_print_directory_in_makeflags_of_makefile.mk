# file: sub/Makefile|all: ; @echo in sub
MAKEFLAGS += --no-print-directory
all: ; @$(MAKE) -C sub
