# file: sub/Kbuild|obj-y += k.o
obj := sub
kbuild-dir := $(if $(filter /%,$(obj)),$(obj),./$(obj))
kbuild-file := $(if $(wildcard $(kbuild-dir)/Kbuild),$(kbuild-dir)/Kbuild,$(kbuild-dir)/Makefile)
include $(kbuild-file)
$(info $(kbuild-file) $(obj-y))
all: ; @:
