$(info $(words a b  c) $(words ) $(words $(nothing)))
all: ; @:
