ifdef nothing
$(info wrong)
else ifneq (a,a)
$(info wrong)
else ifndef nothing
$(info right)
else
$(info wrong)
endif
all: ; @:
