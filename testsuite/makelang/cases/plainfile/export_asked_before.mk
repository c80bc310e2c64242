# setup: { echo '# made'; for i in $(seq 400); do echo "C_$i=value $i"; done;  } > big.mk
export C_7
include big.mk
all: ; @echo [$$C_7] [$$C_8]
