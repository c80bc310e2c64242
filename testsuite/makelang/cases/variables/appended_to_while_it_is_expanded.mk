C_7 = $(eval C_7 += b)$(info $(C_7)) old
$(info $(C_7))
$(info $(C_7))
all: ; @:
