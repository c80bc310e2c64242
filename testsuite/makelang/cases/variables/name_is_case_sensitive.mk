v = lower
V = upper
$(info $(v) $(V))
all: ; @:
