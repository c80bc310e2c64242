MAKEFLAGS += -k
all: bad good
bad: ; @false
good: ; @echo good
