all: a.c b.h c.c ; @echo $(filter %.c,$^) / $(filter-out %.c,$^) / $(words $^)
a.c b.h c.c: ; @:
