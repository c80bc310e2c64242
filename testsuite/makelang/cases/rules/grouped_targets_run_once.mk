all: one two
one two &: ; @echo making $@; touch one two
