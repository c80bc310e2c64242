# env: E=env
E = file
override E += over
$(info $(origin E) $(E))
all: ; @:
