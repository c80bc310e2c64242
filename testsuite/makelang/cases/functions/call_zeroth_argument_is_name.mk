name = [$(0)]
$(info $(call name) $(call name,x) $(0))
all: ; @:
