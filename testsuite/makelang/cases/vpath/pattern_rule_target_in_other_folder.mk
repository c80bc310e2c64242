# setup: mkdir src; touch src/x.y
vpath %.y src
all: x.out ; @:
%.out: %.mid ; @echo $@ $<
%.mid: %.y ; @echo $@ $<
