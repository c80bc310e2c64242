empty :=
space := $(empty) $(empty)
a := x$(space)
$(info [$(a)] [$(space)])
all: ; @:
