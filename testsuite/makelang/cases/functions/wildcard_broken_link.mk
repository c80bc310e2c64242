# setup: ln -s nowhere broken.l && touch real && ln -s real good.l
$(info [$(wildcard *.l)] [$(wildcard broken.l)] [$(wildcard good.l)])
all: ; @:
