# setup: mkdir d
include d
all: ; @:
