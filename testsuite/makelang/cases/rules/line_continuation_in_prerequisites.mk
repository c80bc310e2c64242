all: one \
     two \
	three
	@echo $^
one two three: ; @:
