b = early
a ::= $(b)
b = late
$(info $(a) $(flavor a))
all: ; @:
