all: ; @echo fine
vpath %.c
vpath
