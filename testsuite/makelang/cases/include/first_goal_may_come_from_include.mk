# file: inc.mk|first: ; @echo first from inc
include inc.mk
second: ; @echo second
