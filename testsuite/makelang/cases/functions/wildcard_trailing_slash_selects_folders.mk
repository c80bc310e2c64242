# setup: mkdir d && touch f
$(info [$(wildcard */)] [$(wildcard d/)] [$(wildcard f/)] [$(wildcard d/.)] [$(wildcard ./f)])
all: ; @:
