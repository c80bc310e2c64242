a = first
a ?= second
b ?= third
empty =
empty ?= not-used
$(info [$(a)] [$(b)] [$(empty)] $(flavor b))
all: ; @:
