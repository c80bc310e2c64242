$(info [$(notdir src/foo.c hacks a/b/ x)] [$(notdir /)])
all: ; @:
