# setup: { echo '# made'; for i in $(seq 400); do echo "C_$i=value $i"; done;  } > big.mk
include big.mk
C_7 ?= other
C_401 ?= other
$(info $(C_7) $(C_401))
all: ; @:
