# args: -w
all: ; @echo in all
