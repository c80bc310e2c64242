define rule
all:
	@echo one
	@false
endef
v = 1
$(eval $(rule))
