# setup: { echo '# made'; for i in $(seq 400); do echo "C_$i=value $i"; done;  } > big.mk
# setup: sed 's/value/other/; /^C_8=/d' big.mk > second.mk
include big.mk
$(info $(C_7))
include second.mk
$(info $(C_7) $(C_8))
all: ; @:
