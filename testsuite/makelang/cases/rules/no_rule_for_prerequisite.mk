all: missing.x ; @echo not reached
