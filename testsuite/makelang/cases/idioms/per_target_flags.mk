CFLAGS_foo.o := -DFOO
CFLAGS_REMOVE_bar.o := -O2
ccflags-y := -O2 -Wall
target-stem = $(basename $(patsubst $(obj)/%,%,$@))
obj := d
_c_flags = $(filter-out $(CFLAGS_REMOVE_$(target-stem).o),$(ccflags-y) $(CFLAGS_$(target-stem).o))
all: d/foo.o d/bar.o d/sub/foo.o ; @:
d/%.o: ; @echo $@: $(_c_flags)
