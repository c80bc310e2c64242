# args: -k
all: missing good ; @echo all
good: ; @echo good
