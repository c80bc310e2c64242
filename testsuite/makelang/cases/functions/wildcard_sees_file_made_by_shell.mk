$(info [$(wildcard new.*)])
made := $(shell touch new.x)
$(info [$(wildcard new.x)])
all: ; @:
