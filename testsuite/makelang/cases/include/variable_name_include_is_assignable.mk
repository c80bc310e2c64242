include = x
$(info $(include))
all: ; @:
