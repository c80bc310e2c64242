# setup: { echo '# made'; for i in $(seq 400); do echo "C_$i=value $i"; done;  } > big.mk
include big.mk
$(info $(words $(filter C_%,$(.VARIABLES))))
all: ; @:
