a ?= $(b)
b = late
$(info $(a))
all: ; @:
