# args: -j2
# file: sub.mk|all: ; @echo sub $(filter -j%,$(MAKEFLAGS))
all: ; +@$(MAKE) --no-print-directory -j3 -f sub.mk
