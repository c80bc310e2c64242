# file: src/Kbuild|obj-m += from-kbuild.o
# file: src/Makefile|obj-m += from-makefile.o
# file: lib/Makefile|obj-m += lib.o
src := src
include $(or $(wildcard $(src)/Kbuild),$(src)/Makefile)
src := lib
include $(or $(wildcard $(src)/Kbuild),$(src)/Makefile)
$(info $(obj-m))
all: ; @:
