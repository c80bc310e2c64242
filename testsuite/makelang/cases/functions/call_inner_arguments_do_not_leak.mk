inner = <$(1)|$(2)>
outer = $(call inner,$(2)) $(1) $(2)
$(info $(call outer,a,b))
all: ; @:
