targets := one two
one_FLAGS := -1
two_FLAGS := -2
$(targets): flags = $($@_FLAGS) $(common)
$(targets): common := c
all: $(targets)
$(targets): ; @echo $@ $(flags)
.DEFAULT_GOAL := all
