# file: inc.mk|count += x
include inc.mk
include inc.mk
$(info $(count))
all: ; @:
