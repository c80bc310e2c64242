define a
one
endef
define a +=
two
endef
$(info [$(a)])
all: ; @:
