# setup: { echo '# made'; for i in $(seq 400); do echo "C_$i=value $i"; done; echo 'SHELL=/bin/bash'; echo 'MAKEFLAGS=k'; echo 'CURDIR=here'; } > big.mk
include big.mk
all: ; @echo $(C_1) $$0
