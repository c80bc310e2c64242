# setup: printf 'v = x\r\nw = y\n' > inc.mk
include inc.mk
$(info $(subst $(shell printf '\r'),<CR>,$(v)) $(w))
all: ; @:
