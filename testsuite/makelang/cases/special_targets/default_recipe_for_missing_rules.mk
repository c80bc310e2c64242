# args: anything else.x
all: ; @:
.DEFAULT: ; @echo default for $@
