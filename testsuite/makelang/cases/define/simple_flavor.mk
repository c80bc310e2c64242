b = early
define a :=
one $(b)
two
endef
b = late
$(info $(a))
$(info $(flavor a))
all: ; @:
