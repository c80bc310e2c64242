# expect-output: [] [7] [-3]
$(info [$(intcmp 1,2)] [$(intcmp 7,7)] [$(intcmp -3,-3)])
all: ; @:
