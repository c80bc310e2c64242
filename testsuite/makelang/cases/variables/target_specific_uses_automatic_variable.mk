all: one two
one two: v = for-$@
one two: ; @echo $(v)
