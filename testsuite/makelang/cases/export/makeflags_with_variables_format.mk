# args: -k v=1 w='a b' --no-print-directory
$(info [$(MAKEFLAGS)] [$(MAKEOVERRIDES)])
all: ; @echo "[$$MAKEFLAGS]" "[$(-*-command-variables-*-)]"
