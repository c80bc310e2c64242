# args: -t
.PHONY: all
all: out ; +@echo plus line runs
out: ; @echo never
