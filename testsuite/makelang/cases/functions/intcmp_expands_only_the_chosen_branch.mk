# expect-output: less
$(intcmp 1,2,$(info less),$(info equal),$(info greater))
all: ; @:
