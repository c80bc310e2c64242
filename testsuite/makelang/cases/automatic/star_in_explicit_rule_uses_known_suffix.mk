all: x.c y.unknown z
x.c y.unknown z: ; @echo [$*]
