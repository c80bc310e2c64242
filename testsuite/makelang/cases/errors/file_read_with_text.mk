v := $(file <case.mk,text)
all: ; @:
