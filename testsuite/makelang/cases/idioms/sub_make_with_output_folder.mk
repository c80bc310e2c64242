# args: O=out
ifeq ("$(origin O)", "command line")
KBUILD_OUTPUT := $(O)
endif
ifneq ($(KBUILD_OUTPUT),)
ifeq ($(sub),)
$(shell mkdir -p $(KBUILD_OUTPUT))
abs := $(realpath $(KBUILD_OUTPUT))
$(if $(abs),,$(error failed to create output directory "$(KBUILD_OUTPUT)"))
need-sub := 1
endif
endif
ifdef need-sub
all: ; @$(MAKE) --no-print-directory -C $(abs) -f $(CURDIR)/case.mk sub=1 all
else
all: ; @echo building in $(notdir $(CURDIR)) with O=$(O) [$(KBUILD_OUTPUT)]
endif
