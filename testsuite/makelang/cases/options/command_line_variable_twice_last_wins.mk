# args: v=one v=two
$(info $(v) [$(MAKEOVERRIDES)])
all: ; @:
