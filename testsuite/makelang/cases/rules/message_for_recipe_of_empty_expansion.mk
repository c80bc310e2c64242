# args: one two
one: ; $(nothing)
two: ; @$(nothing)
