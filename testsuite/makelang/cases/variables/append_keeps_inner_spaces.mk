a = x
a +=   y   z
$(info [$(a)])
all: ; @:
