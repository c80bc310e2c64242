# file: kernel.mk|include $(M)/Kbuild.mk
# file: kernel.mk|modules: $(addprefix $(M)/,$(obj-m)) ; @echo built $^
# file: kernel.mk|$(M)/%.o: $(M)/%.c ; @echo cc $@
# file: Kbuild.mk|obj-m := drv.o
# file: drv.c|x
ifneq ($(KERNELRELEASE),)
obj-m := drv.o
else
KDIR ?= .
all: ; @$(MAKE) --no-print-directory -f $(KDIR)/kernel.mk M=$$PWD/. modules | sed 's,/[^ ]*/,,g'
endif
