# args: -k
# file: sub/Makefile|all: bad good
# file: sub/Makefile|bad: ; @false
# file: sub/Makefile|good: ; @echo good
all: rec other ; @echo no
rec: ; @$(MAKE) -C sub
other: ; @echo other
