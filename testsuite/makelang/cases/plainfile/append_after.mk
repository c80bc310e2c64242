# setup: { echo '# made'; for i in $(seq 400); do echo "C_$i=value $i"; done;  } > big.mk
include big.mk
C_7 += more $(C_8)
$(info $(C_7) $(flavor C_7))
all: ; @:
