a   = one
b	:= two
c	+= three
$(info $(a)$(b)$(c))
all: ; @:
