v := $(file what,text)
all: ; @:
