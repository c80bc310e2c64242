# args: -j all
# args: -j2 all
# args: -j 2 all
# args: --jobs=2 all
all: ; @echo all
