# file: sub.mk|all: a.o ; @echo never
# file: a.c|x
MAKEFLAGS += -rR
all: ; @$(MAKE) --no-print-directory -f sub.mk
