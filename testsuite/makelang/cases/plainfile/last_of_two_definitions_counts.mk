# setup: { echo '# made'; for i in $(seq 400); do echo "C_$i=value $i"; done; echo 'A=1'; echo 'A = 2 '; } > big.mk
include big.mk
$(info $(A))
all: ; @:
