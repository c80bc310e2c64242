# setup: { echo '# made'; for i in $(seq 400); do echo "C_$i=value $i"; done;  } > big.mk
include big.mk
private C_7 = mine
all: b ; @echo $(C_7)
b: ; @echo b $(C_7)
