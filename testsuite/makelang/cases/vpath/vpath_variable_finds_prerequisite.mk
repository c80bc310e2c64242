# setup: mkdir src; touch src/a.c
VPATH = src
all: a.o ; @:
a.o: a.c ; @echo $@ from $<
