before: $$v ; @echo '$^'
v = x
.SECONDEXPANSION:
after: $$v ; @echo '$^'
$$v x: ; @:
all: before after
.DEFAULT_GOAL = all
