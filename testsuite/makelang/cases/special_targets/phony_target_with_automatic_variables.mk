# setup: touch one two
.PHONY: all
all: one two ; @echo $@ $< $^ [$?]
