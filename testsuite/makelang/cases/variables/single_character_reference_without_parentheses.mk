a = one
ab = two
$(info $a $ab $(ab) ${ab} ${a})
all: ; @:
