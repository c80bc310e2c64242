define a
x
	endef
endef
$(info [$(a)])
all: ; @:
