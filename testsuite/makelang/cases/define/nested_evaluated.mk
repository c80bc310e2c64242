define outer
define inner
got $$(1)
endef
endef
$(eval $(outer))
$(info $(call inner,x))
all: ; @:
