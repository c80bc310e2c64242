a+ = plus
$(info [$(a+)] [$(a)])
all: ; @:
