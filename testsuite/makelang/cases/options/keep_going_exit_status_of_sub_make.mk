# file: sub/Makefile|all: bad good
# file: sub/Makefile|bad: ; @exit 7
# file: sub/Makefile|good: ; @echo good
all: ; @$(MAKE) -k -C sub --no-print-directory; echo status $$?
