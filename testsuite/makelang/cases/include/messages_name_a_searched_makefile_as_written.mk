# file: d/x.mk|$(warning here)
# file: d/x.mk|$(info $(MAKEFILE_LIST))
# file: d/x.mk|x: ; @false
# args: -I d
include x.mk
