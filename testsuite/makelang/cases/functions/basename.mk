$(info [$(basename src/foo.c src-1.0/bar hacks a.b/c .x x. a.b.c)])
all: ; @:
