.SECONDEXPANSION:
all: one two ; @:
one two: $$@.dep ; @echo $@ $^
one.dep two.dep: ; @:
