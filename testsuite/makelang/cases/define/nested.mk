define outer
define inner
text $(1)
endef
after
endef
$(info $(outer))
all: ; @:
