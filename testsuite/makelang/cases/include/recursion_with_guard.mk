# file: a.mk|ifndef guard
# file: a.mk|guard := 1
# file: a.mk|$(info once)
# file: a.mk|include a.mk
# file: a.mk|endif
include a.mk
all: ; @:
