# setup: { echo '# made'; for i in $(seq 400); do echo "C_$i=value $i"; done; echo 'A=$(X) $(C_1)'; } > big.mk
include big.mk
X = now
$(info $(A))
X = later
$(info $(A))
all: ; @:
