# args: a=cmd b=cmd
undefine a
override undefine b
$(info [$(a)] [$(b)])
all: ; @:
