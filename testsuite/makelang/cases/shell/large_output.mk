x := $(shell i=0; while [ $$i -lt 3000 ]; do echo word-$$i; i=$$((i+1)); done)
$(info $(words $(x)) $(word 3000,$(x)))
all: ; @:
