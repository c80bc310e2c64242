$(info $(MAKE_VERSION) $(origin MAKE_VERSION) $(origin MAKE))
all: ; @:
