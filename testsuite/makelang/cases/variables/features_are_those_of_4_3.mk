$(info $(filter-out load,$(.FEATURES)))
all: ; @:
