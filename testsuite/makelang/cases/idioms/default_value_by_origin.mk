# env: CC=envcc
# args: AR=cmdar
ifeq ($(origin CC),default)
CC := mycc
endif
ifneq ($(filter default undefined,$(origin LD)),)
LD := myld
endif
ifeq ($(origin AR),default)
AR := myar
endif
$(info $(CC) $(LD) $(AR))
all: ; @:
