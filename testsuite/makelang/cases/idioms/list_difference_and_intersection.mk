a := 1 2 3 4
b := 3 4 5
$(info $(filter-out $(b),$(a)) / $(filter $(b),$(a)) / $(sort $(a) $(b)) / $(words $(filter $(b),$(a))))
all: ; @:
