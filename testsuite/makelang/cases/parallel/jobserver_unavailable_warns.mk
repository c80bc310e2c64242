# args: -j2
# file: sub.mk|all: ; @echo sub
m = $(MAKE)
all: ; @$(m) --no-print-directory -f sub.mk
