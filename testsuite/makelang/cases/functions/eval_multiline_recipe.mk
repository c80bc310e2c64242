define rule
all:
	@echo one
	@echo two $$@
endef
$(eval $(rule))
