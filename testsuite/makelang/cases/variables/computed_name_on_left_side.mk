n = two
one_$(n) = value
$(info $(one_two))
all: ; @:
