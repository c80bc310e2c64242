# file: lib/inc.mk|here := $(dir $(lastword $(MAKEFILE_LIST)))
# file: lib/inc.mk|include $(here)more.mk
# file: lib/more.mk|more-here := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
include lib/inc.mk
$(info $(here) $(notdir $(more-here)))
all: ; @:
