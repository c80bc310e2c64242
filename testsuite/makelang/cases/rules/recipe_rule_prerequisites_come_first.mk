all: a
all: b ; @echo $< : $^
all: c
a b c: ; @:
