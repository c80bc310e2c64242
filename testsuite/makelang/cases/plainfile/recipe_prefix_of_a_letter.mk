# setup: { echo '# made'; for i in $(seq 400); do echo "C_$i=value $i"; done;  } > big.mk
.RECIPEPREFIX = C
all:
include big.mk
$(info [$(_7)] [$(C_7)])
