# setup: printf '#!/bin/sh\necho "shell got: $*"\n' > mysh; chmod +x mysh
SHELL = ./mysh
all:
	@one two
	@three; four
