# setup: touch .hidden shown
$(info [$(filter %hidden %shown,$(wildcard *))] [$(wildcard .h*)])
all: ; @:
