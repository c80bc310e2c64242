# setup: mkdir d; touch d/inside
$(info $(shell cd d && ls) [$(shell ls d)])
all: ; @:
