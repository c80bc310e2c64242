# file: a.in|x
.SUFFIXES:
.SUFFIXES: .in .out
.in.out: ; @echo $@ $< $*
all: a.out
.DEFAULT_GOAL = all
