# setup: mkdir a b; touch a/x b/x
VPATH = a
all: x ; @echo $<
VPATH = b
