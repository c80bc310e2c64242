test-ge = $(shell test $(1) -ge $(2) && echo y)
test-gt = $(shell test $(1) -gt $(2) && echo y)
ver := 120200
$(info [$(call test-ge,$(ver),110000)] [$(call test-ge,$(ver),130000)] [$(call test-gt,$(ver),$(ver))])
all: ; @:
