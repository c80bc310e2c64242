# file: gen.mk|v = x
all: ; @echo all
include gen.mk
gen.mk: no-such-file ; @echo never
