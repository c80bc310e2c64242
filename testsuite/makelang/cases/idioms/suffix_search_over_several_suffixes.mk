suffix-search = $(strip $(foreach s,$3,$($(1:%$(strip $2)=%$s))))
multi-search = $(sort $(foreach m,$1,$(if $(call suffix-search,$m,$2,$3 -),$m)))
a-objs = x.o
b-y = y.o
$(info [$(call suffix-search,a.o,.o,-objs -y)] [$(call multi-search,a.o b.o c.o,.o,-objs -y)])
all: ; @:
