.SECONDEXPANSION:
one-y := a.o b.o
two-objs := c.o
all: one.o two.o ; @:
one.o two.o: $$($$(basename $$@)-objs) $$($$(basename $$@)-y) ; @echo $@ from $^
a.o b.o c.o: ; @:
