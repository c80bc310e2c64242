x := $(shell echo out; echo err >&2)
$(info [$(x)])
all: ; @:
