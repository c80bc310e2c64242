# file: arch/x/Makefile|$(info arch x)
ARCH = x
srctree = .
include $(srctree)/arch/$(ARCH)/Makefile
all: ; @:
