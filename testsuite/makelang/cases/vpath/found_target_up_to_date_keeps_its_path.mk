# setup: mkdir out; touch -d 2021-01-02 out/a.o; touch -d 2021-01-01 a.c
VPATH = out
all: a.o ; @echo $^
a.o: a.c ; @echo never
