# expect-output: [a][b][c d]
# expect-output: [a][][]
$(info $(let x y z,a b c d,[$(x)][$(y)][$(z)]))
$(info $(let x y z,a,[$(x)][$(y)][$(z)]))
all: ; @:
