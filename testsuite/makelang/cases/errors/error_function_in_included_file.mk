# file: inc.mk|
# file: inc.mk|$(error from inc)
include inc.mk
all: ; @:
