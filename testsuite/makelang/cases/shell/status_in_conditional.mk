probe := $(shell test -e case.mk)
ifeq ($(.SHELLSTATUS),0)
$(info there)
endif
probe := $(shell test -e nothing)
ifneq ($(.SHELLSTATUS),0)
$(info not there)
endif
all: ; @:
