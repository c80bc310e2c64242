# args: -k
all: bad good ; @echo all
bad: ; @false
good: ; @echo good
