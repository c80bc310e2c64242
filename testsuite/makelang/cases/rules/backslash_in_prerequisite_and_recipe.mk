all: one\
two ; @echo \
  $^
one two: ; @:
