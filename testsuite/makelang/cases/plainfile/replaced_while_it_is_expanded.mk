# setup: { echo '# made'; for i in $(seq 400); do echo "C_$i=value $i"; done;  } > big.mk
A = $(eval include big.mk)$(C_7)
C_7 = $(A) old
$(info $(C_7))
$(info $(C_7))
all: ; @:
