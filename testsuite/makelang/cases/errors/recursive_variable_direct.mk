v = $(v) more
all: ; @:
x := $(v)
