v := $(file >,text)
all: ; @:
