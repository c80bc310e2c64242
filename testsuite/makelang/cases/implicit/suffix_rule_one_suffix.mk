# file: a.in|x
.SUFFIXES: .in
.in: ; @echo $@ from $<
all: a
