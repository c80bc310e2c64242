all: v != echo from shell
all: ; @echo $(v)
