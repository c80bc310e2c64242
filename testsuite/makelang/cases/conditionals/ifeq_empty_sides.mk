ifeq (,)
$(info both empty)
endif
ifeq ($(nothing),)
$(info left empty)
endif
ifneq (,$(nothing))
$(info wrong)
else
$(info right empty)
endif
ifeq '' ""
$(info quotes empty)
endif
all: ; @:
