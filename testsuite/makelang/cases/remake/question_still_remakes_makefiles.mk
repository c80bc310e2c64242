# args: -q
all: ; @echo $(v)
include gen.mk
gen.mk: ; @echo making; echo 'v = 1' > $@
