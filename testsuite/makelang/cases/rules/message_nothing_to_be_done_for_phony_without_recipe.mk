.PHONY: all
all: a
a:
