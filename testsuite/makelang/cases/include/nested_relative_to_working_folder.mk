# file: d/one.mk|include two.mk
# file: two.mk|$(info top two)
# file: d/two.mk|$(info d two)
include d/one.mk
all: ; @:
