# setup: mkdir out; touch -d 2021-01-01 out/a.o; touch -d 2021-01-02 a.c
VPATH = out
GPATH = out
all: a.o ; @echo $^
a.o: a.c ; @echo making $@
