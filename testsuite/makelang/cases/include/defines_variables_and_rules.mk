# file: inc.mk|v = from-inc
# file: inc.mk|other: ; @echo other $(v)
all: other ; @echo all
include inc.mk
