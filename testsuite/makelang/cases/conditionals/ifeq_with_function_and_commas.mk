ifeq ($(subst a,b,a),b)
$(info commas inside references are shielded)
endif
ifeq ($(filter x,a x),x)
$(info filter)
endif
all: ; @:
