# args: -j2 -k
# file: sub.mk|all: bad good
# file: sub.mk|bad: ; @false
# file: sub.mk|good: bad ; @echo never
all: ; @$(MAKE) --no-print-directory -f sub.mk
