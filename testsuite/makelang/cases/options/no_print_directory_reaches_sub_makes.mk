# args: --no-print-directory
# file: sub/Makefile|all: ; @echo in sub [$(MAKEFLAGS)]
all: ; @$(MAKE) -C sub
