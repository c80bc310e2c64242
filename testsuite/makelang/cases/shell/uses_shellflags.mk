.SHELLFLAGS = -uc
x := $(shell echo $$nothing_set; echo not here)
$(info [$(x)] $(.SHELLSTATUS))
all: ; @:
