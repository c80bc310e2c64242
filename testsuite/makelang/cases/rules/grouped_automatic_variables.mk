# file: in|x
all: two one
one two &: in ; @echo $@ $< $^; touch one two
