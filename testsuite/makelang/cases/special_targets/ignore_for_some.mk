# args: -k
.IGNORE: one
all: one two ; @echo all
one: ; false
two: ; false
