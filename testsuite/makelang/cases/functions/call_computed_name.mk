f_one = one:$(1)
f_two = two:$(1)
which = two
$(info $(call f_$(which),x))
all: ; @:
