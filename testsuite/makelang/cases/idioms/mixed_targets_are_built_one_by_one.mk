# args: clean all
mixed :=
ifneq ($(words $(MAKECMDGOALS)),1)
ifneq ($(filter clean,$(MAKECMDGOALS)),)
mixed := 1
endif
endif
ifdef mixed
.PHONY: $(MAKECMDGOALS) one-by-one
$(MAKECMDGOALS): one-by-one ; @:
one-by-one:
	@set -e; for i in $(MAKECMDGOALS); do $(MAKE) --no-print-directory -f case.mk $$i; done
else
all: ; @echo building
clean: ; @echo cleaning
endif
