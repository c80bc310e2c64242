$(info $(sort $(filter %.o,$(patsubst %.c,%.o,$(addsuffix .c,b a) x.h))))
all: ; @:
