.foo.bar: ; @echo $@
all: .foo.bar
.DEFAULT_GOAL = all
