all: v = $(w)
w = global
all: w = specific
all: ; @echo $(v)
