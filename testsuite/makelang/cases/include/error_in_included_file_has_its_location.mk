# file: inc.mk|ok = 1
# file: inc.mk|this is bad
include inc.mk
all: ; @:
