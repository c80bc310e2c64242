all: one ; @echo all
one: two ; @echo one
two: one all ; @echo two
