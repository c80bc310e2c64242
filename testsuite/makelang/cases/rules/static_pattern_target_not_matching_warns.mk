a.x b.y: %.x: %.c ; @echo $@ $*
a.c: ; @:
