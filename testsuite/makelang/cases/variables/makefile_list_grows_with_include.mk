# file: inc.mk|$(info in inc: $(MAKEFILE_LIST) last $(lastword $(MAKEFILE_LIST)))
$(info before: $(MAKEFILE_LIST))
include inc.mk
$(info after: $(MAKEFILE_LIST))
all: ; @:
