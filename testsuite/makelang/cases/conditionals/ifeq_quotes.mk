a = x
ifeq "$(a)" "x"
$(info double)
endif
ifeq '$(a)' 'x'
$(info single)
endif
ifeq "$(a)" 'x'
$(info mixed)
endif
ifeq "a b" "a b"
$(info spaces)
endif
all: ; @:
