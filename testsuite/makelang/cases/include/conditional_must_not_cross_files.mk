# file: inc.mk|ifdef x
include inc.mk
endif
all: ; @:
