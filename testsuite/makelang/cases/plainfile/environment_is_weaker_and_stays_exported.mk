# setup: { echo '# made'; for i in $(seq 400); do echo "C_$i=value $i"; done;  } > big.mk
# env: C_7=mine
include big.mk
$(info $(C_7) $(origin C_7))
all: ; @echo $$C_7 $$C_8
