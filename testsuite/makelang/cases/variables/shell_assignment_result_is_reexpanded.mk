a != echo '$$(b)'
b = late
$(info $(value a) $(a))
all: ; @:
