# file: inc/found.mk|$(info found in inc)
# args: -I inc
# args: --include-dir=inc
include found.mk
all: ; @:
