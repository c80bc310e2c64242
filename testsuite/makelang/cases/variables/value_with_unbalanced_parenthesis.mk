open := (
close := )
a = x$(close)y$(open)
$(info $(a) $(subst $(open),[,$(a)))
all: ; @:
