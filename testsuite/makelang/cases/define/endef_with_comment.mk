define a
x
endef # done
$(info [$(a)])
all: ; @:
