# file: sub/Makefile|all: ; @$(MAKE) -C deep
# file: sub/deep/Makefile|all: ; @echo level $(MAKELEVEL); false
all: ; @$(MAKE) -C sub
