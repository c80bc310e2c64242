# args: -k
all: one two ; @echo all
one: bad ; @echo one
two: ok ; @echo two
bad: ; @exit 3
ok: ; @echo ok
