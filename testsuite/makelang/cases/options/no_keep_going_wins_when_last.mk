# args: -k -S
all: bad good
bad: ; @false
good: ; @echo good
