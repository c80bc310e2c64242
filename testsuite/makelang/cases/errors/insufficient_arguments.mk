v := $(subst a,b)
all: ; @:
