# file: inc.mk|one:
# file: inc.mk|	@false
all: one
include inc.mk
