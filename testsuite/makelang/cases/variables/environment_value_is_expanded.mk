# env: a=x$(b)y
b = late
$(info $(a) $(value a) $(flavor a))
all: ; @:
