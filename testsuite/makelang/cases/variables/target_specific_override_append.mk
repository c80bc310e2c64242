# args: v=cmd
all: override v += more
all: ; @echo $(v)
