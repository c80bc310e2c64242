# expect-output: lt eq gt
# expect-output: lt ge ge
$(info $(intcmp 1,2,lt,eq,gt) $(intcmp 2,2,lt,eq,gt) $(intcmp 3,2,lt,eq,gt))
$(info $(intcmp 1,2,lt,ge) $(intcmp 2,2,lt,ge) $(intcmp 3,2,lt,ge))
all: ; @:
