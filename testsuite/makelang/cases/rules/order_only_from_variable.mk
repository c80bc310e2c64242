sep = |
all: a $(sep) b ; @echo [$^] [$|]
a b: ; @:
