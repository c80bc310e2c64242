# file: gen.mk|v = x
all: ; @echo all $(v)
include gen.mk
gen.mk:: ; @echo never
