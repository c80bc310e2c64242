A = $(eval undefine C_7)$(C_7)|$(eval C_7 = x)$(C_7)
C_7 = $(A) old
$(info $(C_7))
$(info $(C_7))
all: ; @:
