# args: v=cmd -k
all: ; @echo $(v) [$(MAKEFLAGS)] $(MAKE_RESTARTS)
include gen.mk
gen.mk: ; @echo 'v = 1' > $@
