.SECONDEXPANSION:
one_OBJS = a.o b.o
two_OBJS = c.o
all: one two ; @:
one two: $$($$@_OBJS) ; @echo $@ from $^
a.o b.o c.o: ; @:
