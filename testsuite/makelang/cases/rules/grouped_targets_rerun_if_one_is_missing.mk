# setup: touch one
# args: one
# args: two
one two &: ; @echo making $@; touch one two
