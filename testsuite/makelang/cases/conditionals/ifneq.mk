a = x
ifneq ($(a),y)
$(info different)
endif
ifneq ($(a),x)
$(info wrong)
else
$(info equal)
endif
all: ; @:
