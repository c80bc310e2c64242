$(info [$(addsuffix .c,foo bar)] [$(addprefix src/,foo bar)] [$(addsuffix .c,)] [$(addprefix a b,x y)])
all: ; @:
