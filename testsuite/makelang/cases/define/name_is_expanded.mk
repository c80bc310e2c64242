n = who
define var_$(n)
text
endef
$(info $(var_who))
all: ; @:
