# setup: { echo '# made'; for i in $(seq 400); do echo "C_$i=value $i"; done;  } > big.mk
include big.mk
f = $(C_7)$(1)
$(info $(foreach C_7,a b,$(call f,x)) $(C_7))
all: ; @:
