all: ; @echo to stderr >&2
