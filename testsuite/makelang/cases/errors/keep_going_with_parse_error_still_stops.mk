# args: -k
all: ; @echo never
bad line
