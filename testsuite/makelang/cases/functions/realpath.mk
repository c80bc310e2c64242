# setup: mkdir d && touch d/f && ln -s d/f link && ln -s nowhere broken
$(info $(patsubst $(CURDIR)/%,%,$(realpath link d/../d/f ./d//f nothing broken)) [$(realpath )])
all: ; @:
