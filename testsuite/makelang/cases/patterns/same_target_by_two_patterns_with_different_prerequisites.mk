# file: b.two|x
all: a.o b.o ; @:
%.o: %.one ; @echo one $<
%.o: %.two ; @echo two $<
a.one: ; @:
