define a
	tabbed
   spaced
endef
$(info $(a))
all: ; @:
