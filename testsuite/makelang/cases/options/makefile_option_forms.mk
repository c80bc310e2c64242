# file: two.mk|$(info two)
# args: --file=two.mk
# args: --makefile two.mk
# args: -ftwo.mk
all: ; @echo $(MAKEFILE_LIST)
