v = $(abc
all: ; @:
$(info $(v))
