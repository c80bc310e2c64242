# args: --no-such-option
# ignore-stderr: the usage text lists each program's own options
all: ; @echo never
