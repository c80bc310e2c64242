# args: -n
x := $(shell echo from shell >&2)
all: ; echo $(shell echo expanded) $(info told)
