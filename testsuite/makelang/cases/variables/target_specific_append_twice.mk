all: v = one
all: v += two
all: v += three
all: ; @echo $(v)
