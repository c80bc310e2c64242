# args: -j4
all: a ; @:
a: | dir ; @touch dir/a; echo a
dir: ; @sleep 0.03; mkdir dir; echo dir
