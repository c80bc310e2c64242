override a = first
a = second
a += third
override a += fourth
$(info $(a))
all: ; @:
