# setup: { echo '# made'; for i in $(seq 400); do echo "C_$i=value $i"; done;  } > big.mk
include big.mk
undefine C_7
undefine C_7
$(info $(origin C_7) $(filter C_7,$(.VARIABLES)) $(filter C_8,$(.VARIABLES)))
all: ; @:
