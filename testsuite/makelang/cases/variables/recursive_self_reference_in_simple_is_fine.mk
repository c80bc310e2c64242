a := x
a := $(a) $(a)
$(info $(a))
all: ; @:
