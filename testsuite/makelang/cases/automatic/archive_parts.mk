d/lib.a(m.o): ; @echo $@ $% $(@D) $(@F) $(%D) $(%F) [$*]
