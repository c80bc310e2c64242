# env: GNUMAKEFLAGS=-s
$(info [$(GNUMAKEFLAGS)] [$(MAKEFLAGS)])
all: ; echo silent
