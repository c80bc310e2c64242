all: one
one:
