define a
x
  endef
$(info [$(a)])
all: ; @:
