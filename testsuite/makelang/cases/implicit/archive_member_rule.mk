# setup: touch a.c
AR = echo ar
CC = echo cc
all: lib.a(a.o)
