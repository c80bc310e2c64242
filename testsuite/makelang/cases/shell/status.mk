$(info [$(.SHELLSTATUS)])
x := $(shell exit 3)
$(info $(.SHELLSTATUS))
x := $(shell true)
$(info $(.SHELLSTATUS))
all: ; @:
