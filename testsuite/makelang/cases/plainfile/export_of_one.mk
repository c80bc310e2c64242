# setup: { echo '# made'; for i in $(seq 400); do echo "C_$i=value $i"; done;  } > big.mk
include big.mk
export C_7
all: ; @echo [$$C_7] [$$C_8]
