all: ; @:
$(eval ifdef x)
