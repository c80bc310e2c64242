# setup: { echo '# made'; for i in $(seq 400); do echo "C_$i=value $i"; done; echo 'all: ; @echo $(C_1) $(C_401)'; echo 'C_401=x'; } > big.mk
include big.mk
