# args: -q
# file: sub.mk|all: ; echo never
all: ; @$(MAKE) -f sub.mk --no-print-directory
