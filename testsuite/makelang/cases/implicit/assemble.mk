# setup: touch a.s b.S
CC = echo cc
AS = echo as
all: a.o b.o
