# file: script|x
all: ; @./script
