all: a.x ; @:
%.x: one | two three ; @echo [$|] [$(firstword $|)]
one two three: ; @:
