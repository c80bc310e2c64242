# file: inc.mk|# first
# file: inc.mk|$(warning here)
include inc.mk
all: ; @:
