# setup: touch c.x a.x b.x B.x
$(info [$(wildcard *.x)] [$(wildcard c* a* b*)] [$(wildcard [ab].x ?.x)])
all: ; @:
