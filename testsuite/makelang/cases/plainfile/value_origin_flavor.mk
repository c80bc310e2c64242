# setup: { echo '# made'; for i in $(seq 400); do echo "C_$i=value $i"; done;  } > big.mk
include big.mk
$(info [$(C_1)] [$(C_400)] $(origin C_2) $(flavor C_3) $(value C_4) [$(C_401)] $(origin C_401))
all: ; @:
