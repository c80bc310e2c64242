# file: a.b.in|x
# args: a
%:: %.b ; @echo $@ from $<
%.b: %.b.in ; @echo $@ from $<
