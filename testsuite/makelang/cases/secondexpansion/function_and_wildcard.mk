# setup: touch d.1 d.2
.SECONDEXPANSION:
all: d ; @:
d: $$(wildcard $$@.*) ; @echo $^
