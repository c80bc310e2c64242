# setup: { echo '# made'; for i in $(seq 400); do echo "C_$i=value $i"; done; echo 'C_401:=$(X)'; } > big.mk
X = 1
include big.mk
X = 2
$(info $(C_401))
all: ; @:
