# setup: { echo '# made'; for i in $(seq 400); do echo "C_$i=value $i"; done;  } > big.mk
include big.mk
all: C_7 ?= of target
all: C_500 ?= of target
all: ; @echo $(C_7) $(C_500)
