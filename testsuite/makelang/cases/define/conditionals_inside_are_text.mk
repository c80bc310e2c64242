define a
ifdef nothing
x
endif
endef
$(info $(a))
all: ; @:
