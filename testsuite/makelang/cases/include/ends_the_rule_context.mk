# file: inc.mk|$(info included)
all:
	@echo one
include inc.mk
	@echo two
