# setup: echo x > in
# args: Q=@ CFLAGS=-O1
# args: Q=@ CFLAGS=-O1
# args: Q=@ CFLAGS=-O2
empty :=
space := $(empty) $(empty)
squote := '
pound := \#
escsq = $(subst $(squote),'\$(squote)',$1)
dot-target = $(dir $@).$(notdir $@)
make-cmd = $(call escsq,$(subst $(pound),$$(pound),$(subst $$,$$$$,$(cmd_$(1)))))
cmd-check = $(filter-out $(subst $(space),_,$(strip $(savedcmd_$@))),$(subst $(space),_,$(strip $(cmd_$1))))
newer-prereqs = $(filter-out $(PHONY),$?)
if_changed = $(if $(newer-prereqs)$(cmd-check),$(Q)set -e; echo '  $(1) $@'; $(cmd_$(1)); \
	printf '%s\n' 'savedcmd_$@ := $(make-cmd)' > $(dot-target).cmd, @:)
quiet_cmd_copy = COPY $@
      cmd_copy = sed 's/x/$$x $(CFLAGS)/' $< > $@
all: out
out: in FORCE
	$(call if_changed,copy)
FORCE:
PHONY := FORCE all
.PHONY: $(PHONY)
-include $(wildcard .*.cmd)
