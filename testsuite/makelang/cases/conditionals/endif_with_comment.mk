ifeq (a,a) # first
$(info yes)
else # second
$(info no)
endif # third
all: ; @:
