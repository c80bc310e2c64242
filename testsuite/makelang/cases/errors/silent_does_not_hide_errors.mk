# args: -s
all: ; false
