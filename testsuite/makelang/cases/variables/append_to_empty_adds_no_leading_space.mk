a =
a += x
b :=
b += x
$(info [$(a)] [$(b)])
all: ; @:
