x := $(shell echo a; \
  echo b)
$(info [$(x)])
all: ; @:
