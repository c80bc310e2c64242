# file: a.z|x
all: a.c ; @:
%: %.z ; @echo $@ from $<
