.IGNORE:
all: missing ; @echo never
