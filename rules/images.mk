# How images are made: kernels, boot sectors, firmware. For a folder whose Kbuild file declares images these rules stand
# where a kernel tree's Makefiles stand for modules, and the Kbuild file finds the words of there: $(src), $(obj),
# ccflags-y, CFLAGS_x.o, if_changed. docs/images.md is their manual.
MAKEFLAGS += -rR
.SUFFIXES:
.PHONY: images FORCE
images:

# Absolute, and one place, as for modules before Linux 6.13.
src := $(CURDIR)
obj := $(CURDIR)

comma := ,
dot-target = $(dir $@).$(notdir $@)
depfile = $(subst $(comma),_,$(dot-target).d)
# Files as the Kbuild file names them, and where they lie.
name-of = $(patsubst $(obj)/%,%,$(1))
place-of = $(foreach file,$(1),$(if $(filter /%,$(file)),$(file),$(obj)/$(file)))

# LLVM=1, LLVM=-14, LLVM=/folder/ and CROSS_COMPILE mean what they mean to the kernel's build.
ifneq ($(filter-out 0,$(LLVM)),)
CC = $(filter %/,$(LLVM))clang$(filter -%,$(LLVM))
LD = $(filter %/,$(LLVM))ld.lld$(filter -%,$(LLVM))
else
CC = $(CROSS_COMPILE)gcc
LD = $(CROSS_COMPILE)ld
endif
CPP = $(CC) -E
clang-target = $(if $(findstring clang,$(CC)),$(addprefix --target=,$(notdir $(CROSS_COMPILE:%-=%))))

# $(call cc-option,OPTION,ELSE): OPTION if the compiler knows it.
cc-option = $(shell if $(CC) $(clang-target) -Werror $(KBUILD_CFLAGS) $(1) -x c -S -o /dev/null /dev/null \
	>/dev/null 2>&1; then echo "$(1)"; else echo "$(2)"; fi)

# Nothing of a system is below an image: no library, no stack guard, no loader that moves it.
KBUILD_CFLAGS := -std=gnu11 -O2 -Wall -ffreestanding -fno-pie -fno-stack-protector -fno-asynchronous-unwind-tables
KBUILD_CFLAGS += $(call cc-option,-fcf-protection=none)
KBUILD_AFLAGS := -D__ASSEMBLY__ -fno-pie
KBUILD_LDFLAGS := -nostdlib -z noexecstack

include $(firstword $(wildcard $(src)/Kbuild) $(src)/Makefile)

# A part NAME.o stands for the objects of NAME-y and NAME-objs if there are some.
objects-of = $(foreach part,$(1),$(or $(strip $($(part:.o=-y)) $($(part:.o=-objs))),$(part)))
image-objects = $(call objects-of,$($(1)-y) $($(1)-objs))
image-script = $(patsubst %.S,%,$($(1)-lds))

# An `m` part becomes an image by itself, which finds the symbols of the image that it is for.
modular-parts = $(filter-out $($(1)-y) $($(1)-objs),$($(1)-m))
module-name = $(notdir $(basename $(2)))$(suffix $(1))
define add-module
module-names += $(call module-name,$(1),$(2))
$(call module-name,$(1),$(2))-y += $(2)
$(call module-name,$(1),$(2))-symbols += $(1)
endef
module-names :=
$(foreach image,$(image-y),\
	$(foreach part,$(call modular-parts,$(image)),$(eval $(call add-module,$(image),$(part)))))
image-names := $(image-y) $(module-names)

built-in-objects := $(foreach image,$(image-y),$(call image-objects,$(image)))
modular-objects := $(filter-out $(built-in-objects),$(foreach name,$(module-names),$(call image-objects,$(name))))
ifneq ($(modular-objects),)
$(call place-of,$(modular-objects)): module-flags := -DMODULE
endif

target-stem = $(basename $(call name-of,$@))
c_flags = -Wp,-MMD,$(depfile) $(clang-target) $(KBUILD_CPPFLAGS) $(cppflags-y) \
	$(filter-out $(ccflags-remove-y) $(CFLAGS_REMOVE_$(target-stem).o),$(KBUILD_CFLAGS) $(ccflags-y)) \
	$(CFLAGS_$(target-stem).o) $(module-flags) $(KCPPFLAGS) $(KCFLAGS)
a_flags = -Wp,-MMD,$(depfile) $(clang-target) $(KBUILD_CPPFLAGS) $(cppflags-y) \
	$(filter-out $(asflags-remove-y) $(AFLAGS_REMOVE_$(target-stem).o),$(KBUILD_AFLAGS) $(asflags-y)) \
	$(AFLAGS_$(target-stem).o) $(module-flags) $(KCPPFLAGS) $(KAFLAGS)
# "linux" and its like are words of scripts, too, and no macros there. Line markers stay: linkers take them for comments,
# and kbx ld names the places that they tell.
cpp_flags = -Wp,-MMD,$(depfile) $(clang-target) $(KBUILD_CPPFLAGS) $(cppflags-y) $(CPPFLAGS_$(call name-of,$@)) \
	$(KCPPFLAGS) -D__ASSEMBLY__ -DLINKER_SCRIPT -Ulinux -Uunix -Ui386 -Uarm -Umips -Upowerpc
ld_flags = $(KBUILD_LDFLAGS) $(ldflags-y) $(LDFLAGS_$(call name-of,$@)) $(KLDFLAGS)

quiet_cmd_cc_o_c = CC      $@
cmd_cc_o_c = $(CC) $(c_flags) -c -o $@ $<
quiet_cmd_as_o_S = AS      $@
cmd_as_o_S = $(CC) $(a_flags) -c -o $@ $<
quiet_cmd_cpp_lds_S = LDS     $@
cmd_cpp_lds_S = $(CPP) $(cpp_flags) -o $@ $<

# Files are named as the Kbuild file names them: symbols of blobs are made of these names.
image-words = $(addprefix --oformat ,$($(1)-format)) $(addprefix -T ,$(call place-of,$(call image-script,$(1)))) \
	$(addprefix --just-symbols=,$($(1)-symbols)) $(addprefix -Map=,$($(1)-map)) -o $(1) $(call image-objects,$(1)) \
	$(if $(strip $($(1)-blobs)),-b binary $($(1)-blobs) -b default) $($(1)-libs)
quiet_cmd_ld_image = LD      $@
cmd_ld_image = $(LD) $(ld_flags) --dependency-file=$(depfile) $(call image-words,$(call name-of,$@))

$(obj)/%.o: $(src)/%.c FORCE
	$(call if_changed_dep,cc_o_c)
$(obj)/%.o: $(src)/%.S FORCE
	$(call if_changed_dep,as_o_S)
$(obj)/%.lds: $(src)/%.lds.S FORCE
	$(call if_changed_dep,cpp_lds_S)

image-inputs = $(call image-objects,$(1)) $(call image-script,$(1)) $($(1)-blobs) $($(1)-symbols) \
	$(filter-out -%,$($(1)-libs))
define image-rule
$(call place-of,$(1)): $(call place-of,$(call image-inputs,$(1))) FORCE
	$$(call if_changed_dep,ld_image)
endef
$(foreach name,$(image-names),$(eval $(call image-rule,$(name))))

images: $(call place-of,$(image-names) $(always-y))
