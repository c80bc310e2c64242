# setup: { echo '# made'; for i in $(seq 400); do echo "C_$i=value $i"; done;  } > big.mk
include big.mk
al%: C_7 ?= of pattern
all: ; @echo $(C_7)
