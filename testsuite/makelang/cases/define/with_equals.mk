define a =
text
endef
$(info [$(a)])
all: ; @:
