x = y
y = z
z = end
$(info $($(x)) $($($(x))) $($(x)$(undefined)))
all: ; @:
