define v
one
two
endef
x = a \
  b \
  c
# comment \
  goes on
bad line
all: ; @:
