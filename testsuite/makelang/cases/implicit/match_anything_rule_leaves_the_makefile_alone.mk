%: %.sh ; @echo $@ from $<
all: ; @echo all
