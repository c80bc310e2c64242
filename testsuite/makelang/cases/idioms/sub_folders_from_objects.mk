obj-y := a.o dir/ other/ b.o
subdir-y := $(patsubst %/,%,$(filter %/,$(obj-y)))
obj-y := $(patsubst %/,%/built-in.a,$(obj-y))
real := $(filter-out %/built-in.a,$(obj-y))
$(info $(subdir-y) / $(obj-y) / $(real))
obj := drv
$(info $(addprefix $(obj)/,$(obj-y)))
all: ; @:
