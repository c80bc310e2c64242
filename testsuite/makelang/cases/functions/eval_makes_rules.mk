define rule
$(1): ; @echo making $(1) $$@
endef
all: one two
$(foreach t,one two,$(eval $(call rule,$(t))))
