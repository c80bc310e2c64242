ifeq ($(info left),right
endif
all: ; @:
