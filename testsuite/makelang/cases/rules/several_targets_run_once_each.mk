all: one two
one two: ; @echo making $@
