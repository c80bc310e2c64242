define rule
$(1): $(2)
	@echo making $$@
	@echo from $$^
endef
all: x ; @:
$(eval $(call rule,x,y z))
y z: ; @:
