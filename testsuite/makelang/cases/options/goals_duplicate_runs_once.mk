# args: all all
all: ; @echo all
