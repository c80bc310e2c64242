f = $(if $(1),$(1) $(call f,$(wordlist 2,$(words $(1)),$(1))))
$(info $(call f,a b c))
all: ; @:
