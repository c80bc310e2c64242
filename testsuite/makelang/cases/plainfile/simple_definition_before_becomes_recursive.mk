# setup: { echo '# made'; for i in $(seq 400); do echo "C_$i=value $i"; done;  } > big.mk
C_7 := before
include big.mk
$(info $(flavor C_7) $(C_7))
all: ; @:
