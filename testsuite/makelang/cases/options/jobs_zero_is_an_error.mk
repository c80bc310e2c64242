# args: -j0
# ignore-stderr: the usage text lists each program's own options
all: ; @echo never
