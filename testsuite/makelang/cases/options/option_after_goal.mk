# args: two -s one
one: ; echo one
two: ; echo two
