# file: d/b.mk|$(info b)
# file: d/a.mk|$(info a)
include d/*.mk
all: ; @:
