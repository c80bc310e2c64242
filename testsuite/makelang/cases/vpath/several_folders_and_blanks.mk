# setup: mkdir a b c; touch c/x
vpath x a:b c
all: x ; @echo $<
