# env: a=env
# args: -e
a = file
$(info $(a) $(origin a))
all: ; @:
