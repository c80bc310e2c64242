A = $(eval C_7:=new)$(C_7)
C_7 = $(A) old
$(info $(C_7))
$(info $(C_7))
all: ; @:
