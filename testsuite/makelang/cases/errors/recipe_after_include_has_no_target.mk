# file: inc.mk|v = x
all: ; @echo all
include inc.mk
	@echo orphan
