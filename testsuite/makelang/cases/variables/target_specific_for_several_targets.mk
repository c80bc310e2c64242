all: one two three
one three: v = both
one two three: ; @echo $@ [$(v)]
