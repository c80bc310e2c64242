a = it's
ifeq "$(a)" "it's"
$(info same)
endif
all: ; @:
