# setup: touch x.c
# args: --warn-undefined-variables 'b=$(c) two' x.o
c = $(nothing)
CC = true
CFLAGS := -O
CPPFLAGS := -I.
TARGET_ARCH := any
all: ; @:
