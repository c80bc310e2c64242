a = $(b)
b = $(a)

all: ; @:
$(info $(a))
