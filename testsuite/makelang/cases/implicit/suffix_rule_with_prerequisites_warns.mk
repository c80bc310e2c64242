# file: a.in|x
.SUFFIXES: .in .out
.in.out: dep ; @echo plain $@
dep: ; @:
all: .in.out
.DEFAULT_GOAL = all
