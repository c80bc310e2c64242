# args: -l 100 all
all: ; @echo all
