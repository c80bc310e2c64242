# file: inc/x.mk|found = yes
MAKEFLAGS += --include-dir=inc
include x.mk
all: ; @echo $(found) [$(MAKEFLAGS)]
