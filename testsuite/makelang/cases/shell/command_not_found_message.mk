x := $(shell no-such-command-here)
$(info $(.SHELLSTATUS) [$(x)])
all: ; @:
