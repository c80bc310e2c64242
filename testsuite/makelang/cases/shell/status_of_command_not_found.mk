x := $(shell no-such-command-here 2>/dev/null)
$(info $(.SHELLSTATUS))
all: ; @:
