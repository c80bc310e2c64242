# args: -n
all: ; echo would print $(v)
include gen.mk
gen.mk: ; echo 'v = 1' > $@
