# args: -j4
# unordered
all: x ; @:
x:: a ; @echo first
x:: b ; @echo second
a b: ; @sleep 0.01; echo $@
