$(info [$(dir src/foo.c hacks a/b/ / . ../x)])
all: ; @:
