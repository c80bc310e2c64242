all: ; @:
define v
text
more text
