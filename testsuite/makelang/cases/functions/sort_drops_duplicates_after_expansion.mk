a = b a
$(info $(sort $(a) $(a) c) $(words $(sort $(a) $(a))))
all: ; @:
