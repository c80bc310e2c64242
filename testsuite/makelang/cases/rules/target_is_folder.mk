# setup: mkdir d && touch -d 2021-01-01 d
d: ; @echo never
all: d ; @echo $^
.DEFAULT_GOAL = all
