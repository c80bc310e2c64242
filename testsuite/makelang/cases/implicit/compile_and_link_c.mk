# setup: touch prog.c
CC = echo cc
prog:
