# setup: { echo '# made'; for i in $(seq 400); do echo "C_$i=value $i"; done;  } > big.mk
# args: --warn-undefined-variables
include big.mk
$(info $(C_7) $(C_777))
all: ; @:
