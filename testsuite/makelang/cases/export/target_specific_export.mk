all: one two
one: export v = only-one
one two: ; @echo $@ [$$v]
