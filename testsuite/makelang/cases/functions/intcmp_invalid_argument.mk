# expect-error: case.mk:3: *** non-numeric first argument to 'intcmp' function: 'a'.  Stop.
# expect-status: 2
$(info $(intcmp a,2))
all: ; @:
