a = zero
define a +=
one
two
endef
$(info [$(a)])
all: ; @:
