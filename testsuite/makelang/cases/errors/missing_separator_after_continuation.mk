v = a \
  b
x = 1
bad line \
  goes on
all: ; @:
