all: ; @:
$(foreach x,a b c,$(eval list += $(x)$(words $(list))))
$(info $(list))
