define a !=
echo one
echo two
endef
$(info [$(a)] $(flavor a))
all: ; @:
