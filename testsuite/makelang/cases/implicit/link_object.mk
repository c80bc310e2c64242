# setup: touch prog.o extra.o
CC = echo cc
LDFLAGS = -L.
LDLIBS = -lm
prog: prog.o extra.o
