# setup: { echo '# made'; for i in $(seq 400); do echo "C_$i=value $i"; done; printf '# c \\\nC_401=x\nC_402=y\n'; } > big.mk
include big.mk
$(info [$(C_401)] [$(C_402)])
all: ; @:
