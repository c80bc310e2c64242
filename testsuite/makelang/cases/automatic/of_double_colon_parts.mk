all:: one ; @echo $< $^
all:: two three ; @echo $< $^
one two three: ; @:
