# setup: printf 'v = x' > inc.mk
include inc.mk
$(info $(v))
all: ; @:
