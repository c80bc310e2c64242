rec = x
sim := x
$(info $(flavor rec) $(flavor sim) $(flavor nothing) $(flavor MAKE) $(flavor CURDIR))
all: ; @:
