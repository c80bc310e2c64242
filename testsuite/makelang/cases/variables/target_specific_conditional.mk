v = global
all: v ?= unused
all: w ?= used
all: ; @echo $(v) $(w)
