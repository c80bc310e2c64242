ifdef nothing
one
two
endif
bad line
all: ; @:
