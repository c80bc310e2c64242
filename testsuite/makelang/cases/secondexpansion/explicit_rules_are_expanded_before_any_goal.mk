.SECONDEXPANSION:
all: one ; @:
one: $$(info expanding for $$@) ; @echo one
unused: $$(info expanding for $$@ too)
%.pattern: $$(info never expanded) ; @:
