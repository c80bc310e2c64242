real-search = $(foreach m,$1,$(if $(strip $(foreach s,$3,$($(m:%$(strip $2)=%$s)))),$(foreach s,$3,$($(m:%$(strip $2)=%$s))),$m))
modname-multi = $(sort $(foreach m,$(multi-obj),$(if $(filter $*.o,$(call suffixed,$m)),$(m:.o=))))
suffixed = $($(1:.o=-objs)) $($(1:.o=-y))
multi-obj := one.o two.o
one-objs := x.o shared.o
two-y := y.o shared.o
modname = $(if $(modname-multi),$(modname-multi),$*)
$(info $(call real-search,one.o plain.o,.o,-objs -y))
all: x.o y.o shared.o alone.o ; @:
%.o: ; @echo $@ modname $(modname)
