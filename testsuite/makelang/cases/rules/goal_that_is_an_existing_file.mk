# args: plain
# file: plain|x
all: ; @:
