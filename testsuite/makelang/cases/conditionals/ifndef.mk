ifndef nothing
$(info undefined)
else
$(info defined)
endif
all: ; @:
