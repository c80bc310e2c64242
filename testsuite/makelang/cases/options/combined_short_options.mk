# args: -kis
$(info [$(MAKEFLAGS)])
all: ; false
