# args: all
# args: on
# args: -w all
# args: -C . all
MAKEFLAGS += --no-print-directory
ifeq ($(MAKECMDGOALS),on)
MAKEFLAGS += -w
endif
all on: ; @echo $@ $(MAKEFLAGS)
