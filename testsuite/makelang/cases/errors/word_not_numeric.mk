v := $(word x,a b)
all: ; @:
