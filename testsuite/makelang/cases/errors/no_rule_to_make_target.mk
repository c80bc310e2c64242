all: one
one: missing.file
