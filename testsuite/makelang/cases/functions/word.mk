$(info [$(word 2,foo bar baz)] [$(word 4,foo bar baz)] [$(word  1 ,a)])
all: ; @:
