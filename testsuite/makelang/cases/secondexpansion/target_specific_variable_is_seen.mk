.SECONDEXPANSION:
all: one ; @:
one: v = two
one: $$(v) ; @echo $@ $^
two: ; @echo two
