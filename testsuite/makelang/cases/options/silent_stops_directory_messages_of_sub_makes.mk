# args: -s
# file: sub/Makefile|all: ; echo in sub
all: ; $(MAKE) -C sub
