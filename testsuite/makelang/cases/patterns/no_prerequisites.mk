all: any.gen
%.gen: ; @echo generating $@
