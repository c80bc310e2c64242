# env: e=env
# args: e?=cmd f?=cmd
f = file
$(info $(e) $(f) $(origin e) $(origin f))
all: ; @:
