# setup: printf '#!/bin/sh\necho "shell got: $*"\n' > mysh; chmod +x mysh
two: SHELL = ./mysh
all: one two
one two: ; @echo $@
