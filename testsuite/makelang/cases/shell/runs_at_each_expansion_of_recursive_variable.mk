x = $(shell echo run >> log; wc -l < log)
$(info $(strip $(x)) $(strip $(x)))
y := $(x)
$(info $(strip $(y)) $(strip $(y)))
all: ; @:
