# args: v=cmd w=cmd
all: override v = mine
all: w = mine
all: ; @echo $(v) $(w)
