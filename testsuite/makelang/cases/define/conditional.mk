a = kept
define a ?=
dropped
endef
define b ?=
taken
endef
$(info $(a) $(b))
all: ; @:
