.SECONDEXPANSION:
all: x ; @:
x:: $$@.1 ; @echo first $^
x:: $$@.2 ; @echo second $^
x.1 x.2: ; @:
