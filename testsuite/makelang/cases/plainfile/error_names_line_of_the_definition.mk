# setup: { echo '# made'; for i in $(seq 400); do echo "C_$i=value $i"; done; echo 'C_401=$(error no)'; } > big.mk
include big.mk
x := $(C_401)
all: ; @:
