# setup: touch a.S
CPP = echo cpp
CC = echo cc
all: a.s
