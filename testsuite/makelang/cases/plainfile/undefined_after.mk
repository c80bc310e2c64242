# setup: { echo '# made'; for i in $(seq 400); do echo "C_$i=value $i"; done;  } > big.mk
include big.mk
undefine C_7
$(info [$(C_7)] $(origin C_7) $(flavor C_7))
C_7 += again
$(info $(C_7))
include big.mk
$(info $(C_7))
all: ; @:
