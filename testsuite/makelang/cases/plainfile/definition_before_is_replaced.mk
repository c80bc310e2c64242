# setup: { echo '# made'; for i in $(seq 400); do echo "C_$i=value $i"; done;  } > big.mk
C_7 = before
include big.mk
$(info $(C_7) $(origin C_7))
all: ; @:
