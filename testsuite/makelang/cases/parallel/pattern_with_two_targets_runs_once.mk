# args: -j4
all: p.h p.c ; @echo all
%.h %.c: %.y ; @sleep 0.02; echo group $*; touch $*.h $*.c
p.y: ; @:
