PHONY := all
all: out ; @echo all
out: FORCE ; @echo out [$(filter-out $(PHONY),$?)]
PHONY += FORCE
FORCE:
.PHONY: $(PHONY)
