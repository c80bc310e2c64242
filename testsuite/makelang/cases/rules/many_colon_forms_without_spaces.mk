all:one two
one:;@echo one
two:three;@echo two
three:;@echo three
