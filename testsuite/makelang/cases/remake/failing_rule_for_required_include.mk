all: ; @echo never
include gen.mk
gen.mk: ; @exit 3
