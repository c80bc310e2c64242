x := $(shell kill -TERM $$$$)
$(info [$(.SHELLSTATUS)])
all: ; @:
