# args: -j4
# unordered
all: a b c d
a b c d: ; @echo $@
