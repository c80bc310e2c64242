# env: MAKEFLAGS=ks v=env
# args: --no-print-directory
$(info [$(MAKEFLAGS)] [$(v)] $(origin v))
all: ; echo silent
