# args: v=cmd
all: v += more
all: ; @echo $(v)
