all: one two three
one two &:: ; @echo first $@; touch one two
two three &:: ; @echo second $@; touch two three
