define a
endef
$(info [$(a)] $(flavor a) $(origin a))
all: ; @:
