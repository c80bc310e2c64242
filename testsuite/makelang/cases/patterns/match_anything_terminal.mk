# file: file.in|x
all: file ; @:
%:: %.in ; @echo $@ from $<
