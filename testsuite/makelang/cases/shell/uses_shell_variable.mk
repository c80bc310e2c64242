# setup: printf '#!/bin/sh\necho "shell got: $*"\n' > mysh; chmod +x mysh
SHELL := ./mysh
$(info $(shell one two))
all: ; @:
