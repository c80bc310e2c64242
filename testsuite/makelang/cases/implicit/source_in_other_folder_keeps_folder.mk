# setup: mkdir d && touch d/a.c
CC = echo cc
all: d/a.o
