# file: d/a.mk|$(info $(MAKEFILE_LIST))
include ./d/a.mk
include d/../d/a.mk
all: ; @:
