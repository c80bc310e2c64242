# file: inc.mk|# line one
# file: inc.mk|one: ; @echo from inc
one: ; @echo from case
include inc.mk
