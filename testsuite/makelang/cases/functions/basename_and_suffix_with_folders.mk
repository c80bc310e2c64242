$(info [$(basename a.d/b a.d/.c)] [$(suffix a.d/b a.d/.c x.tar.gz)])
all: ; @:
