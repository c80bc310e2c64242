# setup: { echo '# made'; for i in $(seq 400); do echo "C_$i=value $i"; done;  } > big.mk
include big.mk
export
all: ; @echo [$$C_7] [$$C_8] [$$C_400]
