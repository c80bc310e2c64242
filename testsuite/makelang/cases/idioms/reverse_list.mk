rev = $(if $(wordlist 2,2,$(1)),$(call rev,$(wordlist 2,$(words $(1)),$(1))) $(firstword $(1)),$(1))
$(info $(call rev,a b c d e) $(call rev,) $(call rev,x))
all: ; @:
