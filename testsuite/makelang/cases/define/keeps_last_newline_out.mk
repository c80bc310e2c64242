define a
one

endef
$(info [$(a)])
all: ; @:
