# file: sub.mk|all: out
# file: sub.mk|out: ; touch out
all: ; @$(MAKE) -q -f sub.mk --no-print-directory; echo status $$?
