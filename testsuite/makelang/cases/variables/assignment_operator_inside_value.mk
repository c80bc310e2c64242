a = b = c
d = e := f
$(info [$(a)] [$(d)])
all: ; @:
