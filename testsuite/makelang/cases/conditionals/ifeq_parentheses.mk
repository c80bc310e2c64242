a = x
ifeq ($(a),x)
$(info equal)
else
$(info different)
endif
ifeq ( $(a) , x )
$(info spaces do not count around the comma)
else
$(info spaces count)
endif
all: ; @:
