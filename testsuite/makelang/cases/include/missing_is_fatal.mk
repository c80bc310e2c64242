include nothing.mk
all: ; @echo not reached
