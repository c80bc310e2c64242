$(info [$(foreach x,a b, $(x),y )])
all: ; @:
