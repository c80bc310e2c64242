$(if x,$(info then),$(info else))
$(if ,$(info then),$(info else))
all: ; @:
