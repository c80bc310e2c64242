define report
$(info reporting $(1))
$(eval reported += $(1))
endef
$(call report,one)
$(call report,two)
$(info $(reported))
all: ; @:
