# setup: touch -d 2021-01-01 a.c; touch -d 2021-01-03 a.h; touch -d 2021-01-02 a.o; printf 'a.o: a.c a.h\n\na.h:\n' > a.d
# args:
# args:
all: a.o
a.o: a.c ; @echo cc $@; touch $@
-include a.d
