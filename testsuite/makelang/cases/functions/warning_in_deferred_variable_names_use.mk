x = $(warning used)val

a := $(x)
all: ; @:
$(info $(a))
