define a
one \
   two
endef
$(info [$(value a)])
$(info [$(a)])
all: ; @:
