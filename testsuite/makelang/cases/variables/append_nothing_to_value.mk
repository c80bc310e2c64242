a = x
a +=
b := x
b += $(nothing)
$(info [$(a)] [$(b)])
all: ; @:
