# file: gen.mk|x
# setup: rm gen.mk; ln -s gen.mk gen.mk
include gen.mk
all: ; @:
