obj-m := one.o two.o three.o
one-y := a.o b.o
two-objs := c.o
one-$(CONFIG_X) += never.o
CONFIG_Z = y
one-$(CONFIG_Z) += z.o
multi := $(strip $(foreach m,$(obj-m),$(if $(strip $($(m:.o=-objs)) $($(m:.o=-y))),$(m))))
single := $(filter-out $(multi),$(obj-m))
parts := $(foreach m,$(multi),$($(m:.o=-objs)) $($(m:.o=-y)))
$(info multi [$(multi)] single [$(single)] parts [$(strip $(parts))])
all: ; @:
