a =
b = x
ifneq ($(or $(a),$(b)),)
$(info or)
endif
ifeq ($(and $(a),$(b)),)
$(info and)
endif
all: ; @:
