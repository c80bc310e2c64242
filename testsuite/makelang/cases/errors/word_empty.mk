v := $(word ,a b)
all: ; @:
