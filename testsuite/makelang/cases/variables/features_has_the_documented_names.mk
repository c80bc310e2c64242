$(info $(filter target-specific order-only second-expansion else-if shortest-stem undefine oneshell grouped-target jobserver,$(sort $(.FEATURES))))
all: ; @:
