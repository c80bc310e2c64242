# args: -k -s
$(info [$(MAKEFLAGS)] [$(MFLAGS)])
all: ; @:
