all: ; @:
$(error)
$(error )
