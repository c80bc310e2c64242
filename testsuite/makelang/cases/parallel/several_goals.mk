# args: -j4 one two
one: ; @sleep 0.02; echo one
two: one ; @echo two
