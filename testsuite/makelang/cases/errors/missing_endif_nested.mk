all: ; @:
ifdef x
ifdef y
endif
