# setup: printf '6.1.0-test\n' > kernel.release; printf 'a.o\nb.o\n' > modules.order
KERNELRELEASE = $(shell cat kernel.release 2>/dev/null)
mods := $(shell cat modules.order)
release := $(file <kernel.release)
$(info $(KERNELRELEASE) $(mods:.o=.ko) [$(release)])
all: ; @:
