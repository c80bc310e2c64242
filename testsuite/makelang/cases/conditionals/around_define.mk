ifdef nothing
define a
else
endif
endef
else
define a
right
endef
endif
$(info $(a))
all: ; @:
