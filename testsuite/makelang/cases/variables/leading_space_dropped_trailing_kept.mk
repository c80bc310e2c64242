a =    x y  # comment after two spaces
$(info [$(a)])
all: ; @:
