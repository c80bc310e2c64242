# setup: mkdir src; touch src/a.c
VPATH = src
CC = echo cc
all: a.o ; @:
