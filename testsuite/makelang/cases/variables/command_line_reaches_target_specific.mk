# args: v=cmd
all: v = specific
all: ; @echo $(v) $(origin v)
