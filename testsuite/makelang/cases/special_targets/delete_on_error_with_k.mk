# args: -k
.DELETE_ON_ERROR:
all: one two
one: ; @echo x > $@; false
two: ; @echo x > $@
