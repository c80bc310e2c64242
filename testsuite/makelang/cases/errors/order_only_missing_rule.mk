all: | missing.dir ; @:
