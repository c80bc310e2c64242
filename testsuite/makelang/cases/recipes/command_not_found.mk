all: ; @no-such-command-here arg
