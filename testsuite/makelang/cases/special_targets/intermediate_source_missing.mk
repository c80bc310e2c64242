all: a.three ; @:
a.three: a.two ; @echo three
a.two: a.one ; @echo two
.INTERMEDIATE: a.two
a.one: ; @echo one
