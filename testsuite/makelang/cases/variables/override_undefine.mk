# args: v=cmd
override undefine v
v = file
$(info [$(v)] $(origin v))
all: ; @:
