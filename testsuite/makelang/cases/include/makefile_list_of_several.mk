# file: a.mk|$(info $(lastword $(MAKEFILE_LIST)))
# file: b.mk|$(info $(lastword $(MAKEFILE_LIST)))
include a.mk b.mk
$(info $(lastword $(MAKEFILE_LIST)))
all: ; @:
