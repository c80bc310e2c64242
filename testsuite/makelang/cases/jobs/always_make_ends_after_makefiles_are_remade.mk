# args: -B
# file: in|V = 1
include gen
all: ; @echo all $(V) $(MAKEFLAGS)
gen: in ; cp $< $@
