# file: gen.mk|v = x
all: ; @echo $(v), restarts [$(MAKE_RESTARTS)]
include gen.mk
.PHONY: gen.mk
gen.mk: ; @echo making $@
