ifdef nothing
$(info wrong)
$(error wrong)
include nothing.mk
else
$(info skipped)
endif
all: ; @:
