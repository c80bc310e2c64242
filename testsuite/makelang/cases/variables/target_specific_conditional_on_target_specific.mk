all: v = first
all: v ?= second
all: ; @echo $(v)
