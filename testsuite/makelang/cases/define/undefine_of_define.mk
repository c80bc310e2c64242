define a
x
endef
undefine a
$(info [$(a)] $(flavor a))
all: ; @:
