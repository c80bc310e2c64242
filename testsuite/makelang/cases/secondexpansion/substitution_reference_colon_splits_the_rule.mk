.SECONDEXPANSION:
all: a
all: $$(^:%=%.each) ; @echo $^
a: ; @:
