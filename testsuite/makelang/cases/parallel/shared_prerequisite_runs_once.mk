# args: -j4
# unordered
all: a b c
a b c: common ; @echo $@
common: ; @sleep 0.02; echo common
