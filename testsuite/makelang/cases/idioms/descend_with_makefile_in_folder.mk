# file: sub/Makefile|all clean: ; @echo $@ in sub with $(MODE)
export MODE = fast
SUBDIRS = sub
TOPTARGETS := all clean
$(TOPTARGETS): $(SUBDIRS)
.PHONY: $(TOPTARGETS) $(SUBDIRS)
$(SUBDIRS): ; $(MAKE) --no-print-directory -C $@ $(MAKECMDGOALS)
