v = x
endif
all: ; @:
