# setup: printf 'v = \303\244\001x\n$(info $(v))\n' > inc.mk
include inc.mk
all: ; @:
