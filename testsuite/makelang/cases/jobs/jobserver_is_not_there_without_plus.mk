# args: -j2
# file: sub.mk|all: a b
# file: sub.mk|a b: ; @echo $@ $(filter -j%,$(MAKEFLAGS))
run = $(MAKE)
all: ; @$(run) --no-print-directory -f sub.mk
