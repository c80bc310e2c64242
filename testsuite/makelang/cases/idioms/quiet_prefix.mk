# args: V=0
# args: V=1
ifeq ($(V),1)
quiet =
Q =
else
quiet = quiet_
Q = @
endif
quiet_cmd_gen = GEN     $@
      cmd_gen = echo x > $@
cmd = @$(if $($(quiet)cmd_$(1)),echo '  $($(quiet)cmd_$(1))';) $(cmd_$(1))
.PHONY: out
out:
	$(call cmd,gen)
	$(Q)cat $@
