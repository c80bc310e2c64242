define a :=
one
$(word x,two)
three
endef
all: ; @:
