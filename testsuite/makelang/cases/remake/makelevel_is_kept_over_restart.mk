all: ; @echo $(MAKELEVEL) [$(MAKE_RESTARTS)]; $(MAKE) --no-print-directory -f case.mk sub
sub: ; @echo $(MAKELEVEL) [$(MAKE_RESTARTS)]
include gen.mk
gen.mk: ; @touch $@
