# args: --silent --keep-going --dry-run
$(info [$(MAKEFLAGS)])
all: ; @echo would
