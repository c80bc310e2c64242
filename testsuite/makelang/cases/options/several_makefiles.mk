# file: two.mk|two: ; @echo two
# file: three.mk|v = 3
# args: -f two.mk -f three.mk two all
all: ; @echo all $(v) $(MAKEFILE_LIST)
