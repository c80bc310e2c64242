# setup: touch -d 2021-01-01 one two; touch -d 2021-01-02 src
# args: one two
one two &: src ; @echo both because of $?; touch one two
