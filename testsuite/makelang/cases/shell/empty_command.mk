$(info [$(shell )] [$(shell $(nothing))])
all: ; @:
