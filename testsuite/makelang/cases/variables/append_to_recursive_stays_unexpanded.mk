a = x
a += $(b)
b = late
$(info $(a) $(flavor a) $(value a))
all: ; @:
