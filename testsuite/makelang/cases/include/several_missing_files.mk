include one.mk two.mk
all: ; @:
