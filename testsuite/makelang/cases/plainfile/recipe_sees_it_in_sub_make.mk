# setup: { echo '# made'; for i in $(seq 400); do echo "C_$i=value $i"; done;  } > big.mk
# setup: printf 'include big.mk\nall: ; @echo $(C_9)\n' > big2.mk
include big.mk
all: ; @$(MAKE) -f big2.mk
