f = $(origin 1) $(flavor 1) $(origin 0)
$(info $(call f,x) / $(foreach v,1,$(origin v) $(flavor v)))
all: ; @:
