objs = d/a.o d/b.o
all: $(objs) ; @:
$(objs): d/%.o: %.c common.h | d ; @echo $@ [$^] [$|] $*; touch $@
a.c b.c common.h: ; @:
d: ; @mkdir $@
