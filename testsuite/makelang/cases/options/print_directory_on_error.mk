# args: -w
all: ; @false
