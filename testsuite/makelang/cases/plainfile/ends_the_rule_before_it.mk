# setup: { echo '# made'; for i in $(seq 400); do echo "C_$i=value $i"; done;  } > big.mk
all: ; @echo all
other:
include big.mk
	@echo $(C_7)
