# args: thing
.DEFAULT: ; @echo never
.DEFAULT:
all: ; @:
