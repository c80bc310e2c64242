$(eval $$(eval inner = deep))
$(info $(inner))
all: ; @:
