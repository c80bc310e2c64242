all: a.h a.c
%.c %.h: %.y ; @echo $@ $*; touch $*.c $*.h
a.y: ; @:
