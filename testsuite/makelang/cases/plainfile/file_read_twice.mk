# setup: { echo '# made'; for i in $(seq 400); do echo "C_$i=value $i"; done;  } > big.mk
include big.mk
C_7 = mine
include big.mk
$(info $(C_7) $(words $(MAKEFILE_LIST)))
all: ; @:
