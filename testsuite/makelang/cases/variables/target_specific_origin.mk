v = global
all: v = specific
all: override w = specific
all: ; @echo $(origin v) $(origin w) $(origin x)
