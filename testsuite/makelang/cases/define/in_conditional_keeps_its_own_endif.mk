v = 1
ifdef v
define a
ifdef x
endif
endef
endif
$(info $(a))
all: ; @:
