# setup: { echo '# made'; for i in $(seq 400); do echo "C_$i=value $i"; done; printf 'C_401=  x  \nC_402=\nC_403=\t\n'; } > big.mk
include big.mk
$(info [$(C_401)] [$(C_402)] [$(C_403)])
all: ; @:
