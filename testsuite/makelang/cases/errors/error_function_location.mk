v = $(error deep)

all: ; @:
x := $(v)
